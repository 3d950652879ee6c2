namespace Sandglass.Tokenization;

/// <summary>One pass of a pre-tokenizer: cuts a fragment of text into pieces that byte-level merging never joins again.</summary>
/// <remarks>
/// A pre-tokenizer is a sequence of passes. Each sees one fragment of the pass before it, as if that were the whole text. A pass keeps no state: the end of
/// the next
/// piece depends only on the rest of the fragment, so pieces can be requested one by one, in time linear in the text.
/// </remarks>
internal abstract class Splitter
{
    /// <summary>
    /// The end of the piece that begins at <paramref name="at"/>; <paramref name="fragment"/> ends where the fragment ends, <paramref name="at"/> is inside
    /// it.
    /// </summary>
    public abstract int PieceEnd(ReadOnlySpan<byte> fragment, int at);
}
