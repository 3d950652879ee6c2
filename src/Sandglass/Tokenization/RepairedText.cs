using System.Text;
using System.Text.Unicode;

namespace Sandglass.Tokenization;

/// <summary>
/// UTF-8 repaired as the reference does before byte-level BPE: a byte that begins no character becomes U+FFFD, an overlong form its short one.
/// </summary>
internal readonly ref struct RepairedText
{
    /// <summary>The text: every lead byte has its continuation bytes (surrogates may occur, as in the reference).</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    private readonly int[]? _sources;

    private RepairedText(ReadOnlySpan<byte> bytes, int[]? sources)
    {
        Bytes = bytes;
        _sources = sources;
    }

    /// <summary>Whether the source needed no repair, as is nearly always the case.</summary>
    public bool IsUntouched => _sources is null;

    /// <summary>The place in the source of a border between two bytes of the text.</summary>
    public int Source(int border) => _sources is null ? border : _sources[border];

    public static RepairedText Of(ReadOnlySpan<byte> source)
    {
        if (Utf8.IsValid(source)) return new RepairedText(source, null);

        // an invalid byte grows to three; everything else keeps its length or shrinks
        byte[] bytes = new byte[checked(3 * source.Length)];
        int[] sources = new int[bytes.Length + 1];
        int at = 0, written = 0;
        while (at < source.Length)
        {
            int length = LengthAt(source, at);
            int codePoint = length == 0 ? 0xFFFD : Characters.CodePoint(source, at, out _);
            at += Math.Max(length, 1);

            int size = Write(codePoint, bytes.AsSpan(written));
            // borders inside a replaced character count as its end: the first of several tokens for it has the whole range
            if (size == length)
                for (int i = 1; i <= size; i++) sources[written + i] = at - size + i;
            else
                sources.AsSpan(written + 1, size).Fill(at);
            written += size;
        }
        return new RepairedText(bytes.AsSpan(0, written), sources);
    }

    /// <summary>The length of the character at a place as the reference reads it (overlong forms and surrogates pass), or 0 where none begins.</summary>
    private static int LengthAt(ReadOnlySpan<byte> source, int at)
    {
        byte lead = source[at];
        int length = lead switch { < 0x80 => 1, < 0xC0 => 0, < 0xE0 => 2, < 0xF0 => 3, < 0xF8 => 4, _ => 0 };
        if (at + length > source.Length) return 0;

        for (int i = 1; i < length; i++)
            if ((source[at + i] & 0xC0) != 0x80) return 0;
        return length == 4 && Characters.CodePoint(source, at, out _) > 0x10FFFF ? 0 : length;
    }

    private static int Write(int codePoint, Span<byte> to)
    {
        if (Rune.TryCreate(codePoint, out Rune rune)) return rune.EncodeToUtf8(to);

        to[0] = (byte)(0xE0 | codePoint >> 12);     // a surrogate, which Rune refuses
        to[1] = (byte)(0x80 | codePoint >> 6 & 0x3F);
        to[2] = (byte)(0x80 | codePoint & 0x3F);
        return 3;
    }
}
