namespace Sandglass.Kernels;

/// <summary>How the panels of a product are divided into task parts.</summary>
/// <remarks>
/// Threads take parts in turn, so consecutive parts lie far apart: each thread then continues reading where it stopped, which suits the prefetcher.
/// </remarks>
internal readonly record struct PanelParts
{
    private const int PartsPerThread = 6;  // small enough that a slow core does not hold up the step
    private const int BatchTokens = 64;     // from this many tokens on, two panels are enough work for a part, and small parts end together

    private readonly int _threads, _perThread, _perPart;

    /// <param name="panels">Of all matrices of the product.</param>
    public PanelParts(int panels, int tokens, int threads)
    {
        Panels = panels;
        _threads = threads;
        int share = (panels + threads - 1) / threads;   // a thread's panels if all threads are equally fast
        // whole pairs: panels are multiplied two at a time
        _perPart = tokens >= BatchTokens ? 2 : Math.Max(2, (share + PartsPerThread - 1) / PartsPerThread + 1 & ~1);
        _perThread = (share + _perPart - 1) / _perPart;
    }

    /// <summary>Total panels.</summary>
    public int Panels { get; }

    /// <summary>Parts; some may be empty.</summary>
    public int Count => _threads * _perThread;

    /// <summary>A part's panels.</summary>
    public (int From, int To) this[int part]
    {
        get
        {
            int from = (part % _threads * _perThread + part / _threads) * _perPart;
            return (Math.Min(from, Panels), Math.Min(from + _perPart, Panels));
        }
    }
}
