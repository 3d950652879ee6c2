using System.Text;

namespace Sandglass.Tokenization;

/// <summary>
/// GPT-2's alphabet, a printable character for each byte: visible Latin-1 characters stand for themselves, U+0100 and following for the other 68 bytes.
/// </summary>
internal static class ByteAlphabet
{
    private const int Letters = 256 + 68;
    private static readonly char[] ToLetter = new char[256];
    private static readonly short[] ToByte = new short[Letters];

    static ByteAlphabet()
    {
        Array.Fill(ToByte, (short)-1);
        int hidden = 0;
        for (int value = 0; value < 256; value++)
        {
            bool visible = value is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE;
            char letter = (char)(visible ? value : 256 + hidden++);
            ToLetter[value] = letter;
            ToByte[letter] = (short)value;
        }
    }

    /// <summary>The character that stands for a byte.</summary>
    public static char Letter(byte value) => ToLetter[value];

    /// <summary>Spells bytes; <paramref name="letters"/> is as long as they are.</summary>
    public static void Spell(ReadOnlySpan<byte> bytes, Span<char> letters)
    {
        for (int i = 0; i < bytes.Length; i++) letters[i] = ToLetter[bytes[i]];
    }

    /// <summary>The bytes that a token's characters stand for. A character outside the alphabet stands for its own UTF-8.</summary>
    public static byte[] Read(string letters)
    {
        byte[] bytes = new byte[letters.Length];
        for (int i = 0; i < letters.Length; i++)
        {
            char letter = letters[i];
            if (letter >= Letters || ToByte[letter] < 0) return ReadWithStrangers(letters);
            bytes[i] = (byte)ToByte[letter];
        }
        return bytes;
    }

    private static byte[] ReadWithStrangers(string letters)
    {
        List<byte> bytes = [];
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in letters.EnumerateRunes())
        {
            if (rune.Value < Letters && ToByte[rune.Value] >= 0) bytes.Add((byte)ToByte[rune.Value]);
            else bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        }
        return [.. bytes];
    }
}
