namespace Sandglass.Tokenization;

/// <summary>▁ (U+2581), which SentencePiece writes for a space.</summary>
internal static class SpaceMark
{
    public const char Letter = '▁';
    public const byte FirstByte = 0xE2;

    public static ReadOnlySpan<byte> Utf8 => "▁"u8;

    /// <summary>The length of the space, or of the mark itself, at a place in a text; 0 where there is neither.</summary>
    public static int LengthAt(ReadOnlySpan<byte> text, int at) => text[at] == ' ' ? 1 : text[at..].StartsWith(Utf8) ? 3 : 0;
}
