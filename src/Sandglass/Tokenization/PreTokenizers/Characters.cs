using System.Runtime.CompilerServices;

namespace Sandglass.Tokenization;

/// <summary>Reads characters from UTF-8 that <see cref="RepairedText"/> has repaired: every lead byte has its continuation bytes.</summary>
internal static class Characters
{
    /// <summary>The class of the character at <paramref name="at"/> and its length in bytes; none and 0 past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterClass ClassAt(ReadOnlySpan<byte> text, int at, out int length)
    {
        if ((uint)at >= (uint)text.Length)
        {
            length = 0;
            return CharacterClass.None;
        }
        byte lead = text[at];
        if (lead < 0x80)
        {
            length = 1;
            return CharacterTable.Ascii[lead];
        }
        return CharacterTable.Of(CodePoint(text, at, out length));
    }

    /// <summary>The code point at <paramref name="at"/>, which must lie inside the text.</summary>
    public static int CodePoint(ReadOnlySpan<byte> text, int at, out int length)
    {
        byte lead = text[at];
        switch (lead)
        {
            case < 0x80:
                length = 1;
                return lead;
            case < 0xE0:
                length = 2;
                return (lead & 0x1F) << 6 | text[at + 1] & 0x3F;
            case < 0xF0:
                length = 3;
                return (lead & 0x0F) << 12 | (text[at + 1] & 0x3F) << 6 | text[at + 2] & 0x3F;
            default:
                length = 4;
                return (lead & 0x07) << 18 | (text[at + 1] & 0x3F) << 12 | (text[at + 2] & 0x3F) << 6 | text[at + 3] & 0x3F;
        }
    }

    /// <summary>The end of the run of characters of the wanted classes that begins at <paramref name="at"/>.</summary>
    public static int EndOfRun(ReadOnlySpan<byte> text, int at, CharacterClass wanted)
    {
        while ((ClassAt(text, at, out int length) & wanted) != 0) at += length;
        return at;
    }
}
