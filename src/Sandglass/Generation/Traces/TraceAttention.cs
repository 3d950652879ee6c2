namespace Sandglass.Generation;

/// <summary>The weights with which one query attended to the positions up to its own.</summary>
/// <remarks>
/// Means and maxima are bytes: b stands for (b / 255)^2, which keeps small weights apart. They are rounded to the nearest byte of that scale. The columns are
/// positions: the first <see cref="Sinks"/> ones, then those from <see cref="From"/> on.
/// </remarks>
public sealed record TraceAttention
{
    /// <summary>Rows of <see cref="Means"/> and <see cref="Maxima"/>.</summary>
    public required int Layers { get; init; }

    /// <summary>Columns.</summary>
    public required int Positions { get; init; }

    /// <summary>First positions that stay visible outside the window; 0 without a window, or while it holds all.</summary>
    public required int Sinks { get; init; }

    /// <summary>The position of the first column after the sinks.</summary>
    public required int From { get; init; }

    /// <summary>[layer, column]: the mean over the layer's query heads.</summary>
    public required ReadOnlyMemory<byte> Means { get; init; }

    /// <summary>[layer, column]: the largest of the layer's query heads; empty unless asked for.</summary>
    public ReadOnlyMemory<byte> Maxima { get; init; }

    /// <summary>The heads that were asked for.</summary>
    public IReadOnlyList<(TracedHead Head, ReadOnlyMemory<float> Weights)> Heads { get; init; } = [];

    /// <summary>What it takes in memory.</summary>
    internal long Bytes => Means.Length + Maxima.Length + (long)Heads.Count * Positions * sizeof(float);
}
