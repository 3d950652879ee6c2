namespace Sandglass.Kernels;

/// <summary>How the panels of a product are dealt out to threads.</summary>
/// <remarks>Threads take parts in turn, so parts in turn lie far apart: each thread then reads on where it stopped, as memory likes it.</remarks>
internal readonly record struct PanelParts
{
    private const int PartsPerThread = 6;  // small enough that a slow core does not hold up the step
    private const int BatchTokens = 64;     // from so many on two panels are work enough for a part, and smaller ones end together

    private readonly int _threads, _perThread, _perPart;

    /// <param name="panels">Of all matrices of the product.</param>
    public PanelParts(int panels, int tokens, int threads)
    {
        Panels = panels;
        _threads = threads;
        int share = (panels + threads - 1) / threads;                                                               // a thread's panels, if all are as fast
        _perPart = tokens >= BatchTokens ? 2 : Math.Max(2, (share + PartsPerThread - 1) / PartsPerThread + 1 & ~1); // whole pairs: panels are multiplied two at a time
        _perThread = (share + _perPart - 1) / _perPart;
    }

    /// <summary>Panels in all.</summary>
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
