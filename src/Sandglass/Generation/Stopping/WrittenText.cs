using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>A text as it is written, token by token: what may be shown of it, and whether a stop text occurred.</summary>
/// <remarks>
/// Stop texts are compared with what tokens are called: a control token counts with its own name, though it is not shown. An end id ends the text
/// before stop texts are looked at, so its name is not compared. A character whose bytes are not all there is no text yet; at the end it shows as U+FFFD,
/// unless that is a stop text.
/// </remarks>
internal sealed class WrittenText(Tokenizer tokenizer, IReadOnlySet<int> ends, StopTexts stops)
{
    private readonly IncrementalDecoder _decoder = new();
    private readonly StopText _stop = new(stops);

    /// <summary>The stop texts.</summary>
    public StopTexts Stops => stops;

    /// <summary>Whether a stop text occurred.</summary>
    public bool HasStopped => _stop.Found;

    /// <summary>What a token adds to the text: nothing for an end id, even one that has visible text.</summary>
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
