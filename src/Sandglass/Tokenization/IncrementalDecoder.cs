using System.Text;

namespace Sandglass.Tokenization;

/// <summary>Converts bytes that arrive token by token to text that never ends in half a character.</summary>
/// <remarks>
/// A byte that can no longer become part of a character gives U+FFFD at once; the beginning of a character is held back until the rest arrives. Use one
/// decoder per text.
/// </remarks>
public sealed class IncrementalDecoder
{
    // the BCL's decoder keeps exactly what must be held back: a valid, unfinished sequence of at most three bytes
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();

    /// <summary>The text that became complete with these bytes; may be empty.</summary>
    public string Append(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>Returns what is still held back, as U+FFFD, and resets the decoder.</summary>
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
