using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>A given text for which the model says at each position how likely the next id is: teacher forcing.</summary>
/// <remarks>The last id is only predicted, never fed to the model.</remarks>
internal sealed class ScoredSequence : Sequence
{
    private readonly int[] _text;
    private readonly ScoreOptions _options;
    private readonly OutputQueue<TokenScore> _output;
    private readonly CancellationToken _cancellation;
    private readonly ProgressRelay<(int Read, int Total)>? _progress;
    private int _next;
    private bool _hasBegun;

    public ScoredSequence(int[] text, ScoreOptions options, PagePool pages, OutputQueue<TokenScore> output, CancellationToken cancellation,
        Ticket? ticket = null)
        : base(text, text.Length - 1, pages, new SequenceGroup(new RowShare(ticket)), beginning: pages.Beginning.Salted(options.CacheSalt))
    {
        (_text, _options, _output, _cancellation, _next) = (text, options, output, cancellation, options.From);
        _progress = options.Progress is null ? null : new ProgressRelay<(int Read, int Total)>(options.Progress, _ => output.Cancel());
        IsOver = Pending == 0;
    }

    public override int LongestChunk => _options.PrefillChunk > 0 ? _options.PrefillChunk : int.MaxValue;

    public override int FirstScored => _next;   // one that was preempted reads its text again, but does not score it twice

    protected override bool SharesCache => _options.ShareCache;

    protected override bool MustRest => _output.IsFull;

    /// <summary>Takes pages up to the first position that is still to be scored.</summary>
    public override void Begin()
    {
        if (SharesCache && _next > 0) Cache.MatchPrefix(Ids.Span[..Math.Min(Length, _next + 1)], _hasBegun);
        _hasBegun = true;
    }

    public override void CheckInterruption()
    {
        if (_output.Cancellation.IsCancellationRequested) Fail(_progress?.Failure ?? new OperationCanceledException(_cancellation));
    }

    public override void Watch(Action cancelled) => _output.Watch(cancelled);

    public override void ChunkRead()
    {
        _progress?.Report((Cache.Length, Length));
        IsOver = Pending == 0;
    }

    public override void Take(ReadOnlySpan<float> logits)
    {
        int id = _text[_next + 1];
        LogSumExp logSumExp = LogSumExp.Of(logits);
        if (!logSumExp.IsFinite) SamplingException.ThrowLogits(logits, _next + 1);
        RowFacts facts = RowFacts.Of(logits, logSumExp, _options.Logprobs, _options.HashLogits);
        TokenScore score = new(_next, _text[_next], id, logSumExp.Logprob(logits[id]), Logprobs.Rank(logits, id), facts.Top, facts.LogitsHash);
        _output.Put(_options.Logits ? score with { Logits = logits.ToArray() } : score);
        _next++;
    }

    public override void Close() => Fail(new ObjectDisposedException("LanguageModel", "The model was disposed of before the text was scored."));

    protected override void Complete(long cacheBytes) => End(null);

    protected override void Complete(Exception failure) => End(failure);

    /// <summary>The caller hears all progress before the end.</summary>
    private void End(Exception? failure)
    {
        Task delivered = _progress?.Delivered ?? Task.CompletedTask;
        if (delivered.IsCompleted) _output.End(failure ?? _progress?.Failure);
        else delivered.ContinueWith(_ => _output.End(failure ?? _progress!.Failure), TaskScheduler.Default);
    }
}
