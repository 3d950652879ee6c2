namespace Sandglass.Kernels;

/// <summary>How the panels of a product are dealt out to threads.</summary>
/// <remarks>Threads take pieces in turn, so pieces in turn lie far apart: each thread then reads on where it stopped, as memory likes it.</remarks>
internal readonly record struct PanelPieces
{
    private const int PiecesPerThread = 6;  // small enough that a slow core does not hold up the step
    private const int BatchTokens = 64;     // from so many on two panels are work enough for a piece, and smaller ones end together

    private readonly int _threads, _perThread, _perPiece;

    /// <param name="panels">Of all matrices of the product.</param>
    public PanelPieces(int panels, int tokens, int threads)
    {
        Panels = panels;
        _threads = threads;
        int share = (panels + threads - 1) / threads;                                                               // a thread's panels, if all are as fast
        _perPiece = tokens >= BatchTokens ? 2 : Math.Max(2, (share + PiecesPerThread - 1) / PiecesPerThread + 1 & ~1); // whole pairs: panels are multiplied two at a time
        _perThread = (share + _perPiece - 1) / _perPiece;
    }

    /// <summary>Panels in all.</summary>
    public int Panels { get; }

    /// <summary>Pieces; some may be empty.</summary>
    public int Count => _threads * _perThread;

    /// <summary>A piece's panels.</summary>
    public (int From, int To) this[int piece]
    {
        get
        {
            int from = (piece % _threads * _perThread + piece / _threads) * _perPiece;
            return (Math.Min(from, Panels), Math.Min(from + _perPiece, Panels));
        }
    }
}
