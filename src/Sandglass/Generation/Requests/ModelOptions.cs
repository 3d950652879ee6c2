using System.Collections.Frozen;
using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>How a model is run; fixed while it is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads that compute, the engine's own included; 0 for one per processor. The output does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Positions that prompt and completion together may take; 0 for what the model was trained for.</summary>
    public int Context { get; init; }

    /// <summary>How quantised weights are multiplied.</summary>
    public ComputeMode Compute { get; init; } = ComputeMode.Fast;

    /// <summary>How keys and values are stored: both alike, or each in its own way.</summary>
    public CacheTypes CacheType { get; init; } = Kernels.CacheType.F16;

    /// <summary>A smaller model with the same vocabulary, the draft source for texts that ask for <see cref="DraftKind.Model"/>: a GGUF file or
    /// <c>embedded:NAME</c>; null for none.</summary>
    public string? Draft { get; init; }

    /// <summary>Bytes that keys and values of all texts may take together, those of the drafting model included; 0 for what free memory suggests. Where it is
    /// not enough for all, the newest texts wait; no text changes.</summary>
    /// <remarks>
    /// The default is half of the free memory, up to four fifths where one text as long as the context needs that; where that is too little,
    /// <see cref="LanguageModel.Context"/> is lowered. Finished texts keep at most a quarter of it, and at most 1 GiB, for texts with the same prefix; with a
    /// number of your own, all of it. Pages that no text has used for five minutes go back to the system.
    /// </remarks>
    public long CacheMemory { get; init; }

    /// <summary>This model's share of <see cref="CacheMemory"/>, or of what it is by default: less than 1 where several models are to stay within it
    /// together.</summary>
    public double CacheShare { get; init; } = 1;

    /// <summary>One budget for the caches of several models: each brings its share, and what one does not use another may. Null for a budget of its
    /// own.</summary>
    /// <remarks>
    /// A drafting model's part is not lent. The largest request that is taken is what this model's own share holds, as without it; where that is more than one
    /// text as long as the context, or one search of 64 beams of that length, needs, what is beyond is common.
    /// </remarks>
    public SharedCache? SharedCache { get; init; }

    /// <summary>Attention window: positions that a token sees, its own included; 0 for all.</summary>
    /// <remarks>With a window, memory does not grow with the text, and <see cref="Context"/> bounds the prompt only; what has left the window is
    /// forgotten.</remarks>
    public int Window { get; init; }

    /// <summary>Attention sink tokens: first positions that stay visible outside the window. Without them, a model trained without a window degenerates (Xiao
    /// et al. 2023, arXiv:2309.17453).</summary>
    public int SinkTokens { get; init; } = 4;

    /// <summary>Texts that are written together in a step, and so requests that run together, 1 to 64; the others wait. A request for more texts or beams than
    /// that writes them by turns.</summary>
    public int MaxBatch { get; init; } = StepBudget.Requests;

    /// <summary>Tokens that go through the model in a step, 17 to 256: one of each text that is being written, and with the rest prompts are read. A smaller
    /// number makes texts beside a long prompt come more evenly, a larger one reads prompts faster. 0 for 256 where nothing is being written, and 64 of prompts
    /// beside texts.</summary>
    public int MaxBatchTokens { get; init; }

    /// <summary>Requests that may wait for a place; a further one is refused with a <see cref="BusyException"/>. Null for no limit.</summary>
    public int? MaxQueue { get; init; }

    /// <summary>Tokens that the prompts of waiting requests may have together; null for no limit. One may wait whatever its length.</summary>
    public long? MaxQueueTokens { get; init; }

    /// <summary>Shares of tenants (<see cref="GenerationOptions.Tenant"/>), above 0: one of weight 2 is served twice as much as one of weight 1, where both
    /// have requests waiting. Who is not named has 1.</summary>
    public IReadOnlyDictionary<string, double> TenantWeights { get; init; } = FrozenDictionary<string, double>.Empty;

    /// <summary>The clock. It is read on the engine's thread in every step, so it must be quick.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Tokens or scores that wait for their reader before their text rests; fewer in tests.</summary>
    internal int MostUnread { get; init; } = TextGeneration.MostUnread;

    /// <summary>Whether the engine has no thread of its own and goes on when its caller says <see cref="LanguageModel.Step"/>: where there is no second thread,
    /// and in tests that look between two steps.</summary>
    internal bool IsStepped { get; init; } = !Host.HasThreads;

    /// <summary>Reports bytes of weights read so far and in total; null for no reports.</summary>
    /// <remarks>Called on the thread pool (where there is one), one report at a time and in order, the last one before loading returns. An exception of the
    /// handler ends loading.</remarks>
    public IProgress<(long Read, long Total)>? LoadProgress { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    /// <exception cref="GenerationException">A value is out of its range.</exception>
    internal void Validate()
    {
        GenerationOptions.Require(Threads is >= 0 and <= 1024, nameof(Threads), "a whole number from 1 to 1024", Threads);
        GenerationOptions.Require(Context is >= 0 and <= 1 << 24, nameof(Context), "a whole number from 1 to 16777216", Context);
        GenerationOptions.Require(Compute is >= ComputeMode.Fast and <= ComputeMode.Exact, nameof(Compute), "fast, fine or exact", Compute);
        GenerationOptions.Require(IsKnown(CacheType.Keys) && IsKnown(CacheType.Values), nameof(CacheType), "f32, f16, q8 or q4", CacheType);
        GenerationOptions.Require(CacheMemory >= 0, nameof(CacheMemory), "bytes from 1", CacheMemory);
        GenerationOptions.Require(CacheShare is > 0 and <= 1, nameof(CacheShare), "a number above 0, at most 1", CacheShare);
        GenerationOptions.Require(Window is >= 0 and <= 1 << 24, nameof(Window), "a whole number from 1 to 16777216", Window);
        GenerationOptions.Require(SinkTokens is >= 0 and <= 4096, nameof(SinkTokens), "a whole number from 0 to 4096", SinkTokens);
        GenerationOptions.Require(MaxBatch is >= 1 and <= StepBudget.Requests, nameof(MaxBatch), $"a whole number from 1 to {StepBudget.Requests}", MaxBatch);
        GenerationOptions.Require(
            MaxBatchTokens is 0 or (>= StepBudget.FewestTokens and <= StepBudget.PromptTokens), nameof(MaxBatchTokens),
            $"a whole number from {StepBudget.FewestTokens} to {StepBudget.PromptTokens}", MaxBatchTokens);
        GenerationOptions.Require(MaxQueue is null or >= 0, nameof(MaxQueue), "a whole number from 0", MaxQueue);
        GenerationOptions.Require(MaxQueueTokens is null or >= 0, nameof(MaxQueueTokens), "a whole number from 0", MaxQueueTokens);
        GenerationOptions.Require(TenantWeights is not null, nameof(TenantWeights), "weights by tenant", "null");
        ValidateWeights(TenantWeights!);
        GenerationOptions.Require(Time is not null, nameof(Time), "a clock", "null");
    }

    private static bool IsKnown(CacheType type) => type is >= Kernels.CacheType.F32 and <= Kernels.CacheType.Q4;

    /// <exception cref="GenerationException">One is out of its range.</exception>
    internal static void ValidateWeights(IReadOnlyDictionary<string, double> weights)
    {
        foreach ((string tenant, double weight) in weights)
            GenerationOptions.Require(weight is >= 1e-3 and <= 1e3, nameof(TenantWeights), $"a number from 0.001 to 1000 for {tenant}", weight);
    }
}
