using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>A text as it is written, token by token: what may be shown of it, and whether a stop text came up.</summary>
/// <remarks>
/// Stop texts are compared with what tokens are called: a control token counts with its own name, though it is not shown. An id that ends the text is the end
/// before stop texts are looked at, and counts with nothing. A character whose bytes are not all there is no text yet; at the end it shows as U+FFFD, unless that is a stop text.
/// </remarks>
internal sealed class WrittenText(Tokenizer tokenizer, IReadOnlySet<int> ends, StopTexts stops)
{
    private readonly IncrementalDecoder _decoder = new();
    private readonly StopText _stop = new(stops);

    /// <summary>What it is that ends the text.</summary>
    public StopTexts Stops => stops;

    /// <summary>Whether a stop text came up.</summary>
    public bool HasStopped => _stop.Found;

    /// <summary>What a token adds to the text: nothing where it ends it, even if it is a word elsewhere.</summary>
    public ReadOnlyMemory<byte> Bytes(int id) => ends.Contains(id) ? default : tokenizer.Bytes(id);

    /// <summary>What may be shown with one more token: whole characters, no part of a stop text.</summary>
    public string Add(int id)
    {
        ReadOnlyMemory<byte> bytes = Bytes(id);
        if (!bytes.IsEmpty || stops.IsEmpty || ends.Contains(id)) return _stop.Append(_decoder.Append(bytes.Span));
        return _stop.Append(Encoding.UTF8.GetString(tokenizer.Called(id).Span), isShown: false);
    }

    /// <summary>What was held back and may be shown now that nothing more comes; of a stop text and what follows it, nothing.</summary>
    public string Rest() => HasStopped ? "" : _stop.Append(_decoder.Flush()) + _stop.Flush();
}
