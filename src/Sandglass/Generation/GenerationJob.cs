using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tokenization;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>One text, generated: the loop that all text generation is.</summary>
internal sealed class GenerationJob : EngineJob
{
    private readonly int[] _prompt;
    private readonly GenerationOptions _options;
    private readonly Tokenizer _tokenizer;
    private readonly TextGeneration _output;
    private readonly Sampler _sampler;
    private readonly StopRules _stop;
    private readonly IReadOnlySet<int> _ends;
    private readonly ComputeMode _compute;
    private readonly IncrementalDecoder _decoder = new();
    private readonly TimeProvider _time;
    private readonly ulong _seed;
    private readonly long _requested;
    private TimeSpan _prefillTime, _firstToken, _lastToken;

    public GenerationJob(int[] prompt, GenerationOptions options, ulong seed, Tokenizer tokenizer, int context, ModelOptions model, TextGeneration output)
    {
        (_prompt, _options, _seed, _tokenizer, _output) = (prompt, options, seed, tokenizer, output);
        (_time, _compute) = (model.Time, model.Compute);
        _ends = options.EndIds is null ? tokenizer.EndIds : options.EndIds.ToHashSet();
        _sampler = new Sampler(options.Sampling, seed, tokenizer.VocabularySize, options.IgnoreEnd ? _ends : null);
        foreach (int id in prompt)
            _sampler.Accept(id);
        _requested = _time.GetTimestamp();
        _stop = new StopRules(options, _ends, context, _time);
    }

    public override void Run(Engine engine, CancellationToken closing)
    {
        try
        {
            _output.Complete(Generate(engine, closing)); // the pages are free again when the caller hears of the end
        }
        catch (Exception failure)
        {
            _output.Fail(failure);
        }
    }

    public override void Refuse() => _output.Complete(Result(FinishReason.Cancelled, completion: 0, cacheBytes: 0, layerTokenPasses: 0, default));

    private GenerationResult Generate(Engine engine, CancellationToken closing)
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(closing, _output.Cancellation);
        using Sequence sequence = new(_prompt, engine.Pages);
        (long passes, MultiplyAdds work) = (engine.Counters.LayerTokenPasses, engine.Counters.MultiplyAdds);

        FinishReason finish = Generate(engine, sequence, cancel.Token);
        long cacheBytes = _options.NoCache ? 0 : sequence.Cache.Bytes;
        return Result(finish, sequence.Completion.Length, cacheBytes, engine.Counters.LayerTokenPasses - passes, engine.Counters.MultiplyAdds - work);
    }

    /// <summary>Tokens one at a time, until a rule says that the text is over.</summary>
    private FinishReason Generate(Engine engine, Sequence sequence, CancellationToken cancel)
    {
        if (_options.MaxTokens == 0) return FinishReason.Length;
        if (sequence.Length >= engine.Context) return FinishReason.Context;

        FinishReason? finish;
        do
        {
            finish = Forward(engine, sequence, cancel, out ReadOnlySpan<float> logits); // embedding, blocks, output: a score for every token of the vocabulary
            if (finish is not null) break;
            Choice choice = _sampler.Choose(logits, sequence.Length);           // one token, by the chain and this position's own chance
            sequence.Append(choice.Id);                                         // from here on it is fixed
            _sampler.Accept(choice.Id);                                         // and the steps that look back know it
            string text = _stop.Filter(_decoder.Append(Bytes(choice.Id).Span)); // whole characters, no part of a stop text
            finish = _stop.Check(sequence, cancel);                             // null, or the reason to end
            Emit(sequence, choice, logits, text + Rest(finish));                // the caller sees it now
        }
        while (finish is null);
        return finish.Value;
    }

    /// <summary>The whole prompt goes through first (prefill), later one token at a time (decode), unless nothing is kept.</summary>
    /// <param name="logits">The scores behind the last token.</param>
    /// <returns>Null, or the reason to end that came up on the way: a long text takes a while.</returns>
    private FinishReason? Forward(Engine engine, Sequence sequence, CancellationToken cancel, out ReadOnlySpan<float> logits)
    {
        if (_options.NoCache) sequence.Cache.Truncate(0);
        SequenceCache cache = sequence.Cache;
        int chunk = _options.PrefillChunk > 0 ? Math.Min(_options.PrefillChunk, engine.BatchTokens) : engine.BatchTokens;
        bool prefill = sequence.Completion.IsEmpty;
        long started = _time.GetTimestamp();

        int last = 0;
        while (cache.Length < sequence.Length)
        {
            if (_stop.Interruption(cancel) is FinishReason reason)
            {
                logits = default;
                return reason;
            }
            ReadOnlyMemory<int> tokens = sequence.Ids[cache.Length..Math.Min(cache.Length + chunk, sequence.Length)];
            engine.Forward(cache, tokens);
            last = tokens.Length - 1;
            if (prefill) _options.PromptProgress?.Report((cache.Length, sequence.Length));
        }
        logits = engine.Logits(last);
        if (prefill) _prefillTime = _time.GetElapsedTime(started);
        return null;
    }

    /// <summary>What a token adds to the text: nothing where it is one that ends it, be it a word elsewhere.</summary>
    private ReadOnlyMemory<byte> Bytes(int id) => _ends.Contains(id) ? default : _tokenizer.Bytes(id);

    /// <summary>What was held back and may be shown now that nothing more comes; a stop text and what led to it stay hidden.</summary>
    private string Rest(FinishReason? finish) => finish is null or FinishReason.Stop ? "" : _stop.Flush() + _decoder.Flush();

    private void Emit(Sequence sequence, Choice choice, ReadOnlySpan<float> logits, string text)
    {
        int index = sequence.Completion.Length - 1;
        _lastToken = _time.GetElapsedTime(_requested);
        if (index == 0) _firstToken = _lastToken;

        TokenLogprob[] top = _options.Logprobs == 0 ? [] : new TokenLogprob[Math.Min(_options.Logprobs, logits.Length)];
        if (top.Length > 0) Logprobs.Top(logits, choice.LogSumExp, top);
        string? hash = _options.HashLogits ? LogitsHash.Of(logits) : null;
        _output.Emit(new GeneratedToken(index, choice.Id, Bytes(choice.Id), text, choice.Logprob, top, hash, _lastToken));
    }

    private GenerationResult Result(FinishReason finish, int completion, long cacheBytes, long layerTokenPasses, MultiplyAdds work) => new()
    {
        Finish = finish,
        Seed = _seed,
        PromptIds = _prompt,
        CompletionTokens = completion,
        TimeToFirstToken = completion == 0 ? null : _firstToken,
        PrefillTokensPerSecond = Rate(_prompt.Length, _prefillTime),
        DecodeTokensPerSecond = Rate(completion - 1, _lastToken - _firstToken),
        CacheBytes = cacheBytes,
        LayerTokenPasses = layerTokenPasses,
        MultiplyAdds = work,
        Kernels = KernelPath.Name,
        Compute = _compute,
    };

    private static double Rate(int tokens, TimeSpan time) => tokens > 0 && time > TimeSpan.Zero ? tokens / time.TotalSeconds : 0;
}
