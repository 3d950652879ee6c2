using System.Runtime.InteropServices;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>
/// A search in progress: its beams go through the model together, and when all have been scored it decides which go on, and which are forked from another.
/// </summary>
internal sealed class BeamSearch
{
    private readonly GenerationRequest _request;
    private readonly GenerationOptions _options;
    private readonly IReadOnlySet<int> _ends;
    private readonly GenerationOutput _output;
    private readonly StopRules _stop;
    private readonly BeamText _text;
    private readonly BeamScorer _scorer;
    private readonly BeamGroup[] _groups;
    private readonly BeamSequence[][] _places;          // [group, beam]: the sequence that goes through the model for it
    private readonly List<BeamCandidate>[] _candidates; // [group]
    private readonly List<BeamSequence> _live;          // each once
    private readonly List<int> _readText = [];
    private readonly GenerationTimes _times;
    private int _cached;
    private long _cacheBytes;
    private int _awaited = 1, _shown;
    private FinishReason? _interrupted;
    private Exception? _failure;

    public BeamSearch(GenerationRequest request, GenerationOutput output)
    {
        (_request, _options, _ends, _output) = (request, request.Options, request.EndIds, output);
        (Options, Beginning) = (_options.Beams!, request.Beginning);
        _times = new GenerationTimes(request.Model.Time);
        _stop = new StopRules(_options, _ends, request.Positions, request.Model.Time, _times.Requested);
        _text = new BeamText(request.Tokenizer, _ends, StopTexts.Of(_options.Stop));
        _scorer = new BeamScorer(Chain.WithoutDraw(_options.Sampling, request.SamplerText), request.Buffers);

        int room = request.Positions - request.Prompt.Length, most = Math.Min(_options.MaxTokens ?? int.MaxValue, room);
        FinishReason full = _options.MaxTokens <= room ? FinishReason.Length : FinishReason.Context;
        Root = new BeamSequence(this, request.Prompt);
        _live = [Root];
        _groups = [.. Enumerable.Range(0, Options.Groups).Select(_ => new BeamGroup(Options.Beams / Options.Groups, Options, most, full))];
        _places = [.. _groups.Select(_ => new[] { Root })];
        _candidates = [.. _groups.Select(_ => new List<BeamCandidate>())];
        Tracer = request.Watched is null ? null : new BeamTracer(_times, Work, output, Pages.Shape.Layers);
        if (most <= 0) Finish(full);
    }

    /// <summary>Null where it is not traced.</summary>
    public BeamTracer? Tracer { get; }

    /// <summary>The sequence that reads the prompt.</summary>
    public BeamSequence Root { get; }

    public BeamOptions Options { get; }

    public Ticket Ticket => _request.Ticket;

    public PagePool Pages => _request.Pages;

    public PrefixHash Beginning { get; }

    public bool SharesCache => _request.SharesCache;

    public int PromptLength => _request.Prompt.Length;

    /// <summary>The work of all beams.</summary>
    public Counters Work { get; } = new();

    /// <summary>Whether the prompt has been read.</summary>
    public bool HasBegun { get; private set; }

    public int LongestChunk => _request.LongestChunk;

    /// <summary>Whether the caller reads so slowly that the search rests.</summary>
    public bool IsReaderBehind => _output.IsFull;

    public void Begin(BeamSequence sequence)
    {
        if (HasBegun) return;   // preempted: the beams go through the model again
        int found = SharesCache ? sequence.Cache.MatchPrefix(sequence.Ids.Span, isAgain: _times.HasBegun) : 0;
        Tracer?.Adopted(found);
        if (_times.HasBegun) return;
        _times.Begin();
        _cached = found;
    }

    /// <summary>Ends the search if it was cancelled or ran out of time.</summary>
    public void CheckInterruption()
    {
        if (_stop.Interruption(_output.Cancellation) is FinishReason reason) Finish(reason);
    }

    public void Watch(Action cancelled) => _output.Watch(cancelled);

    public void ChunkRead(BeamSequence sequence)
    {
        if (!HasBegun) _request.Progress?.Report((sequence.Cache.Length, _request.Prompt.Length));
        Tracer?.Read(sequence);
    }

    /// <summary>Takes the logits after a beam; with those of the last one the step is decided.</summary>
    public void Take(BeamSequence sequence, ReadOnlySpan<float> logits)
    {
        if (!HasBegun) _times.PromptRead();
        HasBegun = true;
        _readText.Clear();
        _readText.AddRange(sequence.Ids.Span);
        RowFacts facts = RowFacts.Of(logits, _scorer.Read(logits, _readText), _options.Logprobs, _options.HashLogits);
        for (int group = 0; group < _groups.Length; group++)
        {
            // a penalty can only lower those that other groups chose
            int needed = _groups[group].CandidatesNeeded(_ends.Count) + (_groups.Length > 1 ? Options.Beams : 0);
            for (int beam = 0; beam < _groups[group].Running.Count; beam++)
            {
                if (_places[group][beam] == sequence) _scorer.Offer(_candidates[group], beam, _groups[group].Running[beam].Score, needed, facts);
            }
        }
        if (--_awaited == 0) Decide();
    }

    /// <summary>Page sets for the first own pages of the beams that the prompt's is forked into.</summary>
    public long BeamPages => (Options.Beams - 1) * (1 + (long)Pages.WrittenSets);

    /// <summary>Page sets that a beam without pages will find in those before it when it is read again.</summary>
    public int SharedPages(BeamSequence sequence) =>
        _options.NoCache || Pages.Shape.Window > 0 || sequence.Cache.Length > 0 || sequence == _live[0] ? 0 : _request.Prompt.Length / CacheShape.PagePositions;

    /// <summary>
    /// A beam whose pages were taken begins with those that it has in common with another that has been read again: all that both shared before.
    /// </summary>
    public void ShareBeginning(BeamSequence sequence)
    {
        if (_options.NoCache || !HasBegun) return;
        BeamSequence? closest = null;
        int most = 0;
        foreach (BeamSequence other in _live)
        {
            int common = Math.Min(other.Cache.Length, Math.Min(sequence.Length - 1, sequence.Ids.Span.CommonPrefixLength(other.Ids.Span)));
            if (other != sequence && common > most) (closest, most) = (other, common);
        }
        if (closest is not null) sequence.Cache.BeginWith(closest.Cache, most / CacheShape.PagePositions * CacheShape.PagePositions);
    }

    /// <summary>Ends the search with the texts it has, if it is not over yet.</summary>
    public void Finish(FinishReason reason)
    {
        if (_interrupted is not null || Array.TrueForAll(_groups, group => group.IsOver)) return;
        _interrupted = reason;
        foreach (BeamGroup group in _groups) group.Interrupt(reason);
        Leave();
    }

    /// <summary>A sequence has returned its pages; with the last one the caller is told of the end.</summary>
    public void Ended(BeamSequence sequence, Exception? failure)
    {
        if (!_live.Remove(sequence) && failure is null) return;     // it had left before
        if (failure is not null)
        {
            _failure ??= failure;
            foreach (BeamSequence other in _live) other.Leave();
        }
        if (_live.Count > 0) return;
        if (_failure is null) _output.Complete(Result());
        else _output.Fail(_failure);
    }

    private void Decide()
    {
        _times.Step();
        Tracer?.Weigh(_groups);
        List<int> chosen = [];      // by earlier groups in this step
        int running = 0;            // beams of theirs
        for (int i = 0; i < _groups.Length; i++)
        {
            BeamGroup group = _groups[i];
            if (group.IsOver) continue;
            List<BeamCandidate> candidates = _candidates[i];
            if (chosen.Count > 0) Penalise(candidates, group, chosen);
            candidates.Sort();
            int needed = Math.Min(candidates.Count, group.CandidatesNeeded(_ends.Count));
            Span<BeamCandidate> best = CollectionsMarshal.AsSpan(candidates)[..needed];
            group.Advance(best, EndOf);
            Tracer?.Decided(group, i, best, running);
            running += group.Running.Count;
            candidates.Clear();
            chosen.AddRange(group.Chosen);
        }
        if (Array.TrueForAll(_groups, group => group.IsOver)) Leave();
        else GoOn();
        Tracer?.Decided(_live);
        Show();
    }

    private void Penalise(List<BeamCandidate> candidates, BeamGroup group, List<int> chosen)
    {
        for (int i = 0; i < candidates.Count; i++)
        {
            BeamCandidate candidate = candidates[i];
            int times = chosen.Count(id => id == candidate.Id);
            if (times == 0) continue;
            float gain = candidate.Gain - (float)(Options.DiversityPenalty * times);
            candidates[i] = candidate with { Gain = gain, Score = group.Running[candidate.Beam].Score + gain };
        }
    }

    /// <summary>
    /// The first child takes over its parent's pages; further children fork them. Beams without a child give theirs back before, so that there are never more
    /// than were counted.
    /// </summary>
    private void GoOn()
    {
        HashSet<BeamSequence> parents = [.. _groups.SelectMany((group, i) => group.Running.Select(beam => _places[i][beam.From]))], kept = [];
        foreach (BeamSequence sequence in _live)
        {
            if (!parents.Contains(sequence)) sequence.LeaveNow();
        }
        _live.RemoveAll(sequence => sequence.IsOver);
        BeamSequence[][] next = [.. _groups.Select(group => new BeamSequence[group.Running.Count])];
        for (int group = 0; group < next.Length; group++)
        {
            for (int beam = 0; beam < next[group].Length; beam++)
            {
                BeamSequence parent = _places[group][_groups[group].Running[beam].From];
                next[group][beam] = kept.Add(parent) ? parent : Joined(parent.Fork());
            }
        }
        for (int group = 0; group < next.Length; group++)
        {
            for (int beam = 0; beam < next[group].Length; beam++)
                next[group][beam].Extend(_groups[group].Running[beam].Last!.Id, keepsPages: !_options.NoCache);
            _places[group] = next[group];
        }
        _awaited = _live.Count;
    }

    private BeamSequence Joined(BeamSequence child)
    {
        _live.Add(child);
        return child;
    }

    private void Leave()
    {
        _cacheBytes = _options.NoCache ? 0 : SequenceCache.BytesOf(_live.Select(sequence => sequence.Cache));
        foreach (BeamSequence sequence in _live) sequence.Leave();
    }

    private FinishReason? EndOf(BeamToken token)
    {
        if (_ends.Contains(token.Id)) return FinishReason.Eos;
        return _text.HoldsStop(token) ? FinishReason.Stop : null;
    }

    /// <summary>The finished texts of all groups, best first; of equal ones the earlier group's.</summary>
    private IEnumerable<BeamHypothesis> Ranked => _groups.SelectMany(group => group.Finished).OrderByDescending(text => text.Score);

    /// <summary>Hands out the beginning that all beams share which may yet win, and with the end the rest of the best text.</summary>
    private void Show()
    {
        BeamHypothesis? best = Ranked.FirstOrDefault();
        bool isOver = Array.TrueForAll(_groups, group => group.IsOver);
        if (isOver && best is null) return;     // cancelled before the first token
        BeamToken? agreed = best?.Last ?? _groups.First(group => !group.IsOver).Running[0].Last;
        foreach (BeamGroup group in _groups)
        {
            foreach (Beam beam in group.Running) agreed = BeamToken.Shared(agreed, beam.Last);
        }
        if (agreed is null || agreed.Length <= _shown) return;

        TimeSpan now = _times.Shown();
        foreach (BeamToken token in agreed.Path(_shown))
        {
            string text = _text.Next(token.Id) + (isOver && token == best!.Last && best.Finish != FinishReason.Stop ? _text.Rest() : "");
            GeneratedToken shown = new(token.Length - 1, token.Id, _text.Bytes(token.Id), text, token.Logprob, token.Facts.Top, token.Facts.LogitsHash, now);
            if (Tracer is null) _output.Emit(shown);
            else _output.Keep(shown);
        }
        _shown = agreed.Length;
    }

    private GenerationResult Result()
    {
        if (_interrupted is not null) Show();
        BeamResult[] beams = [.. Ranked.Select(text =>
            new BeamResult([.. text.Last.Path().Select(token => token.Id)], _text.Of(text.Last), text.Score, text.Finish))];
        int tokens = beams.Length == 0 ? 0 : beams[0].Ids.Count;
        return new GenerationResult
        {
            Finish = _interrupted ?? beams[0].Finish,
            Seed = _request.Seed,
            PromptIds = _request.Prompt,
            CompletionTokens = tokens,
            TimeToFirstToken = _times.FirstToken,
            QueueTime = _times.Queue,
            PrefillTime = _times.Prefill,
            DecodeTime = _times.Decode,
            CachedTokens = _cached,
            PrefillTokensPerSecond = _times.PrefillRate(_request.Prompt.Length - _cached),
            DecodeTokensPerSecond = _times.DecodeRate(tokens),
            CacheBytes = _cacheBytes,
            LayerTokenPasses = Work.LayerTokenPasses,
            MultiplyAdds = Work.MultiplyAdds,
            Kernels = KernelPath.Name,
            Compute = _request.Model.Compute,
            Beams = beams,
        };
    }
}
