using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>A text that is generated: a prompt, and tokens chosen one at a time until a rule ends it.</summary>
internal sealed class GeneratedSequence : Sequence
{
    private readonly GenerationRequest _request;
    private readonly GenerationOutput _output;
    private readonly Sampler _sampler;
    private readonly StopRules _stop;
    private readonly WrittenText _text;
    private readonly GenerationTimes _times;
    private readonly ulong _seed;
    private readonly Speculation? _speculation;
    private readonly TextTracer? _tracer;
    private Siblings? _siblings;
    private int _cached;
    private FinishReason? _finish;
    private (Choice Choice, RowFacts Facts)? _ahead;        // of the row that is taken next

    /// <param name="request">Shared by all its samples.</param>
    /// <param name="sample">Which of them, from 0.</param>
    /// <param name="output">Where its tokens go.</param>
    /// <param name="first">The sample whose prompt and pages it begins with; null for the one that reads the prompt.</param>
    /// <param name="drafter">Drafts its next tokens; null for none.</param>
    public GeneratedSequence(GenerationRequest request, int sample, GenerationOutput output, GeneratedSequence? first = null, IDrafter? drafter = null)
        : base([.. request.Prompt], request.Prompt.Length, request.Pages, new SequenceGroup(first?.Group.Share ?? new RowShare(request.Ticket)),
            beginning: request.Beginning)
    {
        (_request, _seed, _output) = (request, unchecked(request.Seed + (ulong)sample), output);
        _speculation = drafter is null ? null : new Speculation(drafter, Options.RejectsDrafts ? null : request.Model.Time);
        _text = new WrittenText(request.Tokenizer, request.EndIds, first?._text.Stops ?? StopTexts.Of(Options.Stop));
        _sampler = first?._sampler.Fork(_seed)
            ?? new Sampler(Options.Sampling, _seed, request.SamplerText, request.Buffers, Options.Explain, request.CandidateWatch);
        for (int i = 0; i < request.Prompt.Length && first is null; i++) _sampler.Accept(request.Prompt[i]);    // a fork has its state already
        _times = first is null ? new GenerationTimes(request.Model.Time) : new GenerationTimes(first._times);
        _cached = first?._cached ?? 0;
        _tracer = request.Watched is TraceOptions watched ? new TextTracer(watched, _times, Work, output, request.Pages.Shape.Layers) : null;
        _stop = new StopRules(Options, request.EndIds, request.Positions, request.Model.Time, _times.Requested);
        if (Options.MaxTokens == 0) Finish(FinishReason.Length);
        else if (request.Prompt.Length >= request.Positions) Finish(FinishReason.Context);
    }

    /// <summary>Further samples to fork once the prompt has been processed; null if none.</summary>
    public Siblings? Siblings { init => _siblings = value; }

    /// <summary>Ids generated so far.</summary>
    public ReadOnlySpan<int> Completion => Ids.Span[_request.Prompt.Length..];

    public override int LongestChunk => _request.LongestChunk;

    public override int FirstScored => Length - 1;

    public override SequenceTracer? Tracer => _tracer;

    protected override bool MustRest => _output.IsFull;

    private GenerationOptions Options => _request.Options;

    /// <summary>No draft goes beyond the last token that the rules leave room for: it would be wasted. Nor beyond what a trace may tell at once.</summary>
    protected override int MostDrafts => _speculation is null or { IsOff: true }
        ? 0
        : Math.Min(
            Math.Min(Speculation.Most, (_request.TraceMemory?.MostPerPass(Length + Speculation.Most) ?? int.MaxValue) - 1),
            Math.Min(_request.Positions - Length, (Options.MaxTokens ?? int.MaxValue) - Completion.Length) - 1);

    protected override bool SharesCache => _request.SharesCache;

    public override void Begin()
    {
        int found = SharesCache ? Cache.MatchPrefix(Ids.Span, isAgain: _times.HasBegun) : 0;
        _tracer?.Adopted(found);
        if (_times.HasBegun) return;    // preempted: its text goes through the model again
        _times.Begin();
        _cached = found;
    }

    public override void CheckInterruption()
    {
        if (!IsOver) Finish(_stop.Interruption(_output.Cancellation));
    }

    public override void Watch(Action cancelled) => _output.Watch(cancelled);

    public override void ChunkRead()
    {
        if (Completion.IsEmpty) _request.Progress?.Report((Cache.Length, Length));
        _tracer?.Read(this);
    }

    /// <summary>Chooses, and what else is told of the row; the text does not know yet.</summary>
    public override void Prepare(ReadOnlySpan<float> logits, SamplingBuffers buffers)
    {
        _sampler.Buffers = buffers;
        Choice choice = Choose(logits);
        _ahead = (choice, RowFacts.Of(logits, choice.LogSumExp, Options.Logprobs, Options.HashLogits));
    }

    /// <summary>One token more.</summary>
    public override void Take(ReadOnlySpan<float> logits)
    {
        if (Completion.IsEmpty) _times.PromptRead();
        _siblings?.ForkAll(this, logits);
        (Choice choice, RowFacts facts) = TakeAhead(logits);                // one token, by the chain and this position's own chance
        bool isDraft = Append(choice.Id);                                   // from here on it is fixed; an accepted draft is in the cache already
        if (isDraft) _speculation!.Accept();
        _sampler.Accept(choice.Id);                                         // and the stages that look back know it
        string text = _text.Add(choice.Id);                                 // whole characters, no part of a stop text
        Finish(_stop.Check(this, _text.HasStopped, _output.Cancellation));  // or go on
        GeneratedToken token = Emit(choice, facts, text + Rest());          // the caller sees it now
        _tracer?.Chosen(token, choice.Watched!, logits, isDraft);
        if (IsOver) RefuseDrafts();                                         // drafts beyond the end are dropped
        if (Options.NoCache) Cache.Truncate(0);                            // then the whole text goes through again
    }

    public override void Close() => Finish(FinishReason.Cancelled);

    /// <summary>What a worker has prepared; of a sample that is just forked, nothing yet.</summary>
    private (Choice Choice, RowFacts Facts) TakeAhead(ReadOnlySpan<float> logits)
    {
        if (_ahead is null) Prepare(logits, _request.Buffers);
        (Choice, RowFacts) ahead = _ahead!.Value;
        _ahead = null;
        return ahead;
    }

    private Choice Choose(ReadOnlySpan<float> logits) => Options.RejectsDrafts && NextDraft is int guess
        ? _sampler.Check(logits, Length, guess, _speculation!.Distribution)
        : _sampler.Choose(logits, Length);

    protected override int Guess(Span<int> to) => _speculation!.Guess(Ids, Completion.Length, _sampler, to);

    protected override void Release()
    {
        _speculation?.Dispose();
        _tracer?.Dispose();
    }

    protected override void Complete(long cacheBytes)
    {
        GenerationResult result = Result(cacheBytes);
        _output.Complete(result);
        _siblings?.Complete(result);
    }

    protected override void Complete(Exception failure)
    {
        _output.Fail(failure);
        _siblings?.Fail(failure);
    }

    private GenerationResult Result(long cacheBytes) => new()
    {
        Finish = _finish!.Value,
        Seed = _seed,
        PromptIds = _request.Prompt,
        CompletionTokens = Completion.Length,
        TimeToFirstToken = _times.FirstToken,
        QueueTime = _times.Queue,
        PrefillTime = _times.Prefill,
        DecodeTime = _times.Decode,
        CachedTokens = _cached,
        PrefillTokensPerSecond = _times.PrefillRate(_request.Prompt.Length - _cached),
        DecodeTokensPerSecond = _times.DecodeRate(Completion.Length),
        CacheBytes = Options.NoCache ? 0 : cacheBytes,
        LayerTokenPasses = Work.LayerTokenPasses,
        MultiplyAdds = Work.MultiplyAdds,
        Speculation = _speculation?.Result,
        Kernels = KernelPath.Name,
        Compute = _request.Model.Compute,
    };

    /// <summary>Starts another sample from here, with draws of its own; a failure in it ends that sample alone.</summary>
    public void Fork(GeneratedSequence sibling, ReadOnlySpan<float> logits)
    {
        Spawn(sibling);
        try
        {
            sibling.BeginFrom(this);
            sibling.Take(logits);
        }
        catch (Exception failure)
        {
            sibling.Fail(failure);
        }
    }

    private void Finish(FinishReason? reason)
    {
        _finish ??= reason;
        IsOver = _finish is not null;
    }

    private string Rest() => _finish is null ? "" : _text.Rest();

    private GeneratedToken Emit(Choice choice, RowFacts facts, string text)
    {
        TimeSpan elapsed = _times.Token();
        GeneratedToken token = new(
            Completion.Length - 1, choice.Id, _text.Bytes(choice.Id), text, choice.Logprob, facts.Top, facts.LogitsHash, elapsed, choice.Explanation);
        _output.Emit(token);
        return token;
    }
}
