namespace Sandglass.Tokenization;

/// <summary>A part of a word while pairs are being merged.</summary>
internal struct Symbol
{
    /// <summary>Where it begins in the word, in bytes.</summary>
    public int From;

    /// <summary>Its length in bytes; 0 once it has been merged into its left neighbour.</summary>
    public int Length;

    /// <summary>The merge rule's id for it.</summary>
    public int Id;

    /// <summary>The index of the symbol before it, or -1.</summary>
    public int Previous;

    /// <summary>The index of the symbol after it, or -1.</summary>
    public int Next;
}
