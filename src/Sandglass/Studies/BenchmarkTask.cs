namespace Sandglass.Studies;

/// <summary>What is measured.</summary>
public enum BenchmarkKind
{
    /// <summary>Prefill: processing a prompt.</summary>
    Prefill,

    /// <summary>Decode after a prompt of one token.</summary>
    Decode,

    /// <summary>Decode after a long prompt.</summary>
    DecodeDepth,

    /// <summary>Decode of several texts together, each after a prompt of one token.</summary>
    Batch,

    /// <summary>Decode of one long text with an attention window, once; memory is reported too.</summary>
    Long,
}

/// <summary>One measurement to make.</summary>
/// <param name="Kind">What is measured.</param>
/// <param name="Tokens">Tokens per run and text; at least 1.</param>
/// <param name="Depth">Positions in the cache when the first counted run begins; 0 unless of <see cref="BenchmarkKind.DecodeDepth"/>.</param>
/// <param name="Repeat">Timed runs, at least 1; one more before them warms up.</param>
/// <param name="Batch">Texts generated together, 1 to 64; 1 unless of <see cref="BenchmarkKind.Batch"/>.</param>
public sealed record BenchmarkTask(BenchmarkKind Kind, int Tokens, int Depth = 0, int Repeat = 3, int Batch = 1)
{
    /// <summary>Tokens at both ends of each text that count in no run: texts start and end one after another and run together only in between.</summary>
    internal const int Gathering = 8;

    /// <summary>Positions that the context must have.</summary>
    public long Positions => Kind switch
    {
        BenchmarkKind.Prefill => Tokens + 1L,
        BenchmarkKind.Decode => Tokens + 2L,
        BenchmarkKind.Long => 2,    // the context bounds the prompt only
        BenchmarkKind.DecodeDepth => Depth + 1 + (long)Tokens * Repeat,
        _ => 2 + (long)Tokens * Repeat + 2 * Gathering,
    };
}

/// <summary>A measurement.</summary>
/// <param name="Task">What was measured.</param>
/// <param name="Name">The model's name.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="TokensPerSecond">The median of the runs, of all texts together.</param>
/// <param name="Spread">(largest - smallest) / median.</param>
/// <param name="ShareOfLimit">The median's share of the machine's limit: read bandwidth for decode, arithmetic peak for prefill, the larger of the two for a
/// batch.</param>
/// <param name="Kernels">The kernels that ran.</param>
public sealed record BenchmarkResult(BenchmarkTask Task, string Name, int Threads, double TokensPerSecond, double Spread, double ShareOfLimit, string Kernels)
{
    /// <summary>Memory used during the run; null unless of <see cref="BenchmarkKind.Long"/>.</summary>
    public MemoryCourse? Memory { get; init; }
}

/// <summary>Memory used by a long text; constant where both ends agree.</summary>
/// <param name="CacheBytes">Peak bytes of pages held.</param>
/// <param name="ResidentBefore">Resident bytes of the process after a tenth of the tokens.</param>
/// <param name="ResidentAfter">The same at the end.</param>
public sealed record MemoryCourse(long CacheBytes, long ResidentBefore, long ResidentAfter);
