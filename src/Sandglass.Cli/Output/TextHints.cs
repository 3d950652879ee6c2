using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>Hints about texts that the model does not see as they were meant.</summary>
internal static class TextHints
{
    private const int Sample = 4096;        // bytes that are looked at
    private const int Shortest = 4;

    /// <summary>The hint about a text whose bytes are UTF-16; null for any other.</summary>
    public static string? OfBytes(ReadOnlySpan<byte> text)
    {
        string? order = text switch
        {
            [0xFF, 0xFE, ..] => "LE",
            [0xFE, 0xFF, ..] => "BE",
            _ => WithoutMark(text),
        };
        return order is null
            ? null
            : $"Hint: the text looks like UTF-16, and the model reads its bytes as UTF-8. Convert it first: iconv -f UTF-16{order} -t UTF-8 FILE.";
    }

    /// <summary>The hint about a text that begins with two begin tokens, since it spells the one that is added; null for any other.</summary>
    public static string? OfBegin(Tokenizer tokenizer, Prompt text, ReadOnlySpan<int> ids) =>
        text is { Ids: null, AddBos: true } && tokenizer.AddsBos && ids is [int first, int second, ..] && first == tokenizer.BosId && second == first
            ? $"Hint: the text begins with two begin tokens: {Terminal.Harmless(tokenizer.Piece(first))} is spelled in it, and the model adds one. "
                + "Leave it out, or give --no-bos."
            : null;

    // in UTF-16, every second byte of Latin letters is 0; text in UTF-8 has no such bytes
    private static string? WithoutMark(ReadOnlySpan<byte> text)
    {
        if (text.Length < Shortest || text.Length % 2 != 0) return null;
        if (text.Length > Sample) text = text[..Sample];
        int even = 0, odd = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != 0) continue;
            if (i % 2 == 0) even++;
            else odd++;
        }
        int enough = text.Length / 4;
        return odd > enough && even == 0 ? "LE" : even > enough && odd == 0 ? "BE" : null;
    }
}
