namespace Sandglass.Tokenization;

/// <summary>The characters between the brackets of a pattern.</summary>
/// <param name="ascii">Characters below U+0080, individually.</param>
/// <param name="classes">Characters from U+0080, by class.</param>
/// <param name="ranges">
/// Characters from U+0080, by code point: first, last, first, last, … in ascending order. White space is never included: the reference matches it with
/// <c>\s</c> alone.
/// </param>
internal sealed class CharacterSet(string ascii, CharacterClass classes, params int[] ranges)
{
    private readonly bool[] _ascii = Table(ascii);

    /// <summary>Whether the character at <paramref name="at"/> is in the set, and its length; false past the end.</summary>
    public bool HoldsAt(ReadOnlySpan<byte> text, int at, out int length)
    {
        length = 0;
        if (at >= text.Length) return false;
        if (text[at] < 0x80)
        {
            length = 1;
            return _ascii[text[at]];
        }
        int codePoint = Characters.CodePoint(text, at, out length);
        CharacterClass kind = CharacterTable.Of(codePoint);
        return (kind & classes) != 0 || (kind & CharacterClass.White) == 0 && InRanges(codePoint);
    }

    private bool InRanges(int codePoint)
    {
        int place = Array.BinarySearch(ranges, codePoint);
        if (place >= 0) return true;
        return (~place & 1) == 1;       // between a first and a last
    }

    private static bool[] Table(string characters)
    {
        bool[] table = new bool[128];
        foreach (char character in characters) table[character] = true;
        return table;
    }
}
