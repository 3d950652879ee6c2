namespace Sandglass.Transformer;

/// <summary>Which two elements of a head are rotated together.</summary>
internal enum RopePairs
{
    /// <summary>(2i, 2i + 1).</summary>
    Neighbours,

    /// <summary>(i, i + half), as in GPT-NeoX.</summary>
    Halves,
}
