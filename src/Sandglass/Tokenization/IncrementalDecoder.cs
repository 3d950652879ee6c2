using System.Text;

namespace Sandglass.Tokenization;

/// <summary>Turns bytes that come token by token into text that is safe to show: never half a character.</summary>
/// <remarks>A byte that can no longer become a character shows as U+FFFD at once; the beginning of a character waits for the rest. One decoder belongs to one stream of text.</remarks>
public sealed class IncrementalDecoder
{
    // the BCL's decoder keeps exactly what we must hold back: a valid, unfinished sequence of at most three bytes
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();

    /// <summary>The text that became complete with these bytes; may be empty.</summary>
    public string Append(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>What is still held back, as U+FFFD; the decoder is then as new.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        int count = _decoder.GetCharCount(bytes, flush);
        if (count == 0 && bytes.IsEmpty && !flush) return "";

        Span<char> text = count <= 256 ? stackalloc char[256] : new char[count];
        int written = _decoder.GetChars(bytes, text, flush);
        return written == 0 ? "" : new string(text[..written]);
    }
}
