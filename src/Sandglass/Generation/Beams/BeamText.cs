using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>The text of beams: of the one that is shown token by token, and of any as a whole.</summary>
internal sealed class BeamText(Tokenizer tokenizer, IReadOnlySet<int> ends, IReadOnlyList<string> stops)
{
    private readonly IncrementalDecoder _decoder = new();
    private readonly StopText _stop = new(stops);

    /// <summary>What a token adds: nothing where it is one that ends the text.</summary>
    public ReadOnlyMemory<byte> Bytes(int id) => ends.Contains(id) ? default : tokenizer.Bytes(id);

    /// <summary>What may be shown with the next token of the one that is shown.</summary>
    public string Next(int id) => _stop.Append(_decoder.Append(Bytes(id).Span));

    /// <summary>What was held back of it.</summary>
    public string Flush() => _stop.Flush() + _decoder.Flush();

    /// <summary>A beam's text, up to a stop text.</summary>
    public string Of(BeamToken last)
    {
        string text = Whole(last);
        int end = text.Length;
        foreach (string stop in stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0) end = Math.Min(end, at);
        }
        return text[..end];
    }

    /// <summary>Whether one of the stop texts came up.</summary>
    public bool HoldsStop(BeamToken last)
    {
        if (stops.Count == 0) return false;
        string text = Whole(last);
        return stops.Any(stop => text.Contains(stop, StringComparison.Ordinal));
    }

    private string Whole(BeamToken last)
    {
        List<byte> bytes = [];
        foreach (BeamToken token in last.Path()) bytes.AddRange(Bytes(token.Id).Span);
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
