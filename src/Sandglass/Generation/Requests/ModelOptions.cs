using Sandglass.Kernels;

namespace Sandglass.Generation;

/// <summary>How a model is run; fixed while it is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads that compute, the engine's own included; 0 for one a processor. The output does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Positions that prompt and completion together may take; 0 for what the model was trained for.</summary>
    public int Context { get; init; }

    /// <summary>How quantised weights are multiplied.</summary>
    public ComputeMode Compute { get; init; } = ComputeMode.Fast;

    /// <summary>How keys and values are stored: both alike, or each in its own way.</summary>
    public CacheTypes CacheType { get; init; } = Kernels.CacheType.F16;

    /// <summary>A smaller model of the same vocabulary that guesses for texts that ask for <see cref="DraftKind.Model"/>: a GGUF file, or <c>embedded:NAME</c>; null for none.</summary>
    public string? Draft { get; init; }

    /// <summary>Bytes that keys and values of all texts may take together, those of the drafting model included; 0 for what free memory suggests. Where it is not enough for all, the newest texts wait: none of them changes.</summary>
    /// <remarks>
    /// By default it is half of the free memory, up to four fifths where one text as long as the context needs that; where that is too little, <see cref="LanguageModel.Context"/> is lowered. Finished texts keep at most a quarter of it, and
    /// at most 1 GiB, for texts that begin alike; with a number of your own, all of it. What no text has used for five minutes goes back to the system.
    /// </remarks>
    public long CacheMemory { get; init; }

    /// <summary>Positions that a token sees, its own included; 0 for all. With a window memory stays the same however long a text becomes, and <see cref="Context"/> bounds the prompt only; what has left the window is forgotten.</summary>
    public int Window { get; init; }

    /// <summary>First positions of a text that are seen beside the window: without them a model that was trained without a window falls apart (Xiao et al. 2023, arXiv:2309.17453).</summary>
    public int SinkTokens { get; init; } = 4;

    /// <summary>Where time comes from.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of bytes of weights as they are read, out of the file's; null for nobody.</summary>
    public IProgress<(long Read, long Total)>? LoadProgress { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    /// <exception cref="GenerationException">A value is out of its range.</exception>
    internal void Validate()
    {
        GenerationOptions.Require(Threads is >= 0 and <= 1024, nameof(Threads), "a whole number from 1 to 1024", Threads);
        GenerationOptions.Require(Context is >= 0 and <= 1 << 24, nameof(Context), "a whole number from 1 to 16777216", Context);
        GenerationOptions.Require(Enum.IsDefined(Compute), nameof(Compute), "fast, fine or exact", Compute);
        GenerationOptions.Require(Enum.IsDefined(CacheType.Keys) && Enum.IsDefined(CacheType.Values), nameof(CacheType), "f32, f16, q8 or q4", CacheType);
        GenerationOptions.Require(CacheMemory >= 0, nameof(CacheMemory), "bytes from 1", CacheMemory);
        GenerationOptions.Require(Window is >= 0 and <= 1 << 24, nameof(Window), "a whole number from 1 to 16777216", Window);
        GenerationOptions.Require(SinkTokens is >= 0 and <= 4096, nameof(SinkTokens), "a whole number from 0 to 4096", SinkTokens);
        GenerationOptions.Require(Time is not null, nameof(Time), "a clock", "null");
    }
}
