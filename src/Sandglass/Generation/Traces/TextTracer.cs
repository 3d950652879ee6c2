using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>The trace of one text.</summary>
/// <param name="watched">What is watched.</param>
/// <param name="times">Of the text.</param>
/// <param name="work">What is done for it.</param>
/// <param name="output">Where its steps go.</param>
/// <param name="layers">Of the model.</param>
internal sealed class TextTracer(TraceOptions watched, GenerationTimes times, Counters work, GenerationOutput output, int layers)
    : SequenceTracer(work, output)
{
    private readonly List<(GeneratedToken Token, WatchedCandidates Fates, float[] Logits, bool IsDraft)> _tokens = [];
    private readonly WatchedAttention? _attention = watched is { Attention: TracedAttention.None, Heads.Count: 0 } ? null
        : new WatchedAttention(layers, watched.Attention == TracedAttention.All, [.. watched.Heads.Select(head => (head.Layer, head.Head))]);
    private Sequence? _sequence;
    private int _pass, _from, _to;
    private int _adopted;       // positions that were found and have not been told
    private int _known;         // positions that have been in the cache
    private bool _reads;
    private int[] _drafted = [];
    private (TimeSpan Elapsed, int Positions, long Bytes, string Pages) _read;

    /// <summary>It begins with pages of another text.</summary>
    public void Adopted(int positions) => _adopted = positions;

    public override WatchedAttention? Enter(Sequence sequence, int from, int tokens, bool reads)
    {
        (_sequence, _from, _to, _reads) = (sequence, from, from + tokens, reads || _adopted > 0);
        _drafted = sequence.IdsAndDrafts[sequence.Length..].ToArray();
        _tokens.Clear();
        _attention?.Begin(Math.Max(0, from + tokens - Math.Max(from, sequence.FirstScored)));
        return _attention;
    }

    public override void Dispose() => _attention?.Dispose();

    public override void Read(Sequence sequence)
    {
        SequenceCache cache = sequence.Cache;
        if (_reads) _read = (times.Elapsed, cache.Length, cache.Bytes, cache.Letters);
    }

    /// <summary>A token was chosen.</summary>
    /// <param name="fates">What became of the candidates.</param>
    /// <param name="logits">The row that it was chosen from.</param>
    /// <param name="isDraft">Whether it had been guessed.</param>
    public void Chosen(GeneratedToken token, WatchedCandidates fates, ReadOnlySpan<float> logits, bool isDraft) =>
        _tokens.Add((token, fates, watched.Logits ? logits.ToArray() : [], isDraft));

    public override void Passed(in TracedPass pass)
    {
        if (_sequence is null) return;
        _pass++;
        Add(pass, (long)layers * Math.Max(0, Math.Min(_to, _known) - _from));
        _known = Math.Max(_known, Math.Min(_to, _sequence.Length - 1));     // what follows are guesses that were refused
        TraceCost? cost = TakeCost();
        if (_reads)
        {
            Emit(new PrefillStep
            {
                Elapsed = _read.Elapsed,
                Pass = _pass,
                From = _from,
                To = _to,
                Adopted = _adopted,
                Cache = TakeCache(_read.Positions, _read.Bytes, _read.Pages),
                Cost = cost,
            });
            (cost, _adopted) = (null, 0);
        }
        for (int i = 0; i < _tokens.Count; i++) Tell(i, i == 0 ? cost : null);
        _tokens.Clear();
        _sequence = null;
    }

    private void Tell(int nth, TraceCost? cost)
    {
        (GeneratedToken token, WatchedCandidates fates, float[] logits, bool isDraft) = _tokens[nth];
        SequenceCache cache = _sequence!.Cache;
        Emit(new TokenStep
        {
            Elapsed = token.Elapsed,
            Token = token,
            Position = _sequence.Length - _tokens.Count + nth,
            Pass = _pass,
            Candidates = fates.Likeliest,
            Coverage = fates.Coverage,
            Asked = fates.Asked,
            Logits = logits,
            Attention = _attention is null ? null : Attention(_attention.Rows[nth]),
            Cache = TakeCache(cache.Length, cache.Bytes, cache.Letters),
            Cost = cost,
            Drafted = nth == 0 ? _drafted : [],
            IsDraft = isDraft,
        });
    }

    private TraceAttention Attention(WatchedRow row) => new()
    {
        Layers = layers,
        Positions = row.Columns,
        Sinks = row.Sinks,
        From = row.From,
        Means = row.Means,
        Maxima = row.Maxima,
        Heads = row.Heads.Length == 0 ? [] : [.. watched.Heads.Select((head, i) => (head, (ReadOnlyMemory<float>)row.Heads[i]))],
    };
}
