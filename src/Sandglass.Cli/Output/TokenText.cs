using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>A token on a line of its own, as people read it: its text in quotes; what adds no text, and parts of a character, by name.</summary>
internal static class TokenText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(Tokenizer tokenizer, int id)
    {
        ReadOnlySpan<byte> bytes = tokenizer.Bytes(id).Span;
        if (bytes.IsEmpty) return OneLine(tokenizer.Piece(id));
        try
        {
            return $"\"{OneLine(Strict.GetString(bytes))}\"";
        }
        catch (DecoderFallbackException)
        {
            return string.Join(' ', bytes.ToArray().Select(value => $"0x{value:X2}"));
        }
    }

    private static string OneLine(string text) =>
        Terminal.Harmless(text).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
}
