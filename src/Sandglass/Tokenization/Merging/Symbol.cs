namespace Sandglass.Tokenization;

/// <summary>A piece of a word while pairs are being merged.</summary>
internal struct Symbol
{
    /// <summary>Where it begins in the word, in bytes.</summary>
    public int From;

    /// <summary>Its length in bytes; 0 when its left neighbour has taken it in.</summary>
    public int Length;

    /// <summary>What the merge rule knows it by.</summary>
    public int Id;

    /// <summary>The index of the symbol before it, or -1.</summary>
    public int Previous;

    /// <summary>The index of the symbol behind it, or -1.</summary>
    public int Next;
}
