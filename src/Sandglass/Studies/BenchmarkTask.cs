namespace Sandglass.Studies;

/// <summary>What is measured.</summary>
public enum BenchmarkKind
{
    /// <summary>Reading a prompt.</summary>
    Prefill,

    /// <summary>Writing after a prompt of one token.</summary>
    Decode,

    /// <summary>Writing after a long prompt.</summary>
    DecodeDepth,

    /// <summary>Writing several texts together, each after a prompt of one token.</summary>
    Batch,

    /// <summary>Writing one long text through a window, once: what it takes of memory is told too.</summary>
    Long,
}

/// <summary>One measurement to make.</summary>
/// <param name="Kind">What is measured.</param>
/// <param name="Tokens">Tokens that are read or written in one run, of each text; at least 1.</param>
/// <param name="Depth">Positions in the cache when the first counted run begins; 0 unless of <see cref="BenchmarkKind.DecodeDepth"/>.</param>
/// <param name="Repeat">Runs that count, at least 1; one more before them warms up.</param>
/// <param name="Batch">Texts that are written together, 1 to 64; 1 unless of <see cref="BenchmarkKind.Batch"/>.</param>
public sealed record BenchmarkTask(BenchmarkKind Kind, int Tokens, int Depth = 0, int Repeat = 3, int Batch = 1)
{
    /// <summary>Texts that come in and go out one after the other are together in between: so many tokens of each at both ends count in no run.</summary>
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
/// <param name="ShareOfLimit">What the median takes of the machine's limit: of the read bandwidth for writing, of the arithmetic peak for reading a prompt, the larger of the two for writing several texts.</param>
/// <param name="Kernels">The kernels that ran.</param>
public sealed record BenchmarkResult(BenchmarkTask Task, string Name, int Threads, double TokensPerSecond, double Spread, double ShareOfLimit, string Kernels)
{
    /// <summary>What was taken of memory on the way; null unless of <see cref="BenchmarkKind.Long"/>.</summary>
    public MemoryCourse? Memory { get; init; }
}

/// <summary>What a long text took of memory: flat, where the two ends are alike.</summary>
/// <param name="CacheBytes">Most bytes of pages held at any time.</param>
/// <param name="ResidentBefore">Bytes of the process in memory after a tenth of the tokens.</param>
/// <param name="ResidentAfter">The same at the end.</param>
public sealed record MemoryCourse(long CacheBytes, long ResidentBefore, long ResidentAfter);
