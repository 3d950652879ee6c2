using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>The text of beams: of the one that is shown token by token, and of any as a whole.</summary>
/// <remarks>
/// Both follow the rule of <see cref="WrittenText"/>, as a plain text does. Every candidate is checked for stop texts, so a beam keeps the state that its text
/// has reached.
/// </remarks>
internal sealed class BeamText(Tokenizer tokenizer, IReadOnlySet<int> ends, StopTexts stops)
{
    private readonly WrittenText _shown = new(tokenizer, ends, stops);

    /// <summary>What a token adds: nothing for an end id.</summary>
    public ReadOnlyMemory<byte> Bytes(int id) => _shown.Bytes(id);

    /// <summary>What may be shown with the next token of the shown beam.</summary>
    public string Next(int id) => _shown.Add(id);

    /// <summary>What was held back of the shown beam.</summary>
    public string Rest() => _shown.Rest();

    /// <summary>A beam's text, up to a stop text.</summary>
    public string Of(BeamToken last)
    {
        WrittenText written = new(tokenizer, ends, stops);
        StringBuilder text = new();
        foreach (BeamToken token in last.Path()) text.Append(written.Add(token.Id));
        return text.Append(written.Rest()).ToString();
    }

    /// <summary>Whether a stop text occurs with a beam's last token, which is no end id. The tokens before it have been checked.</summary>
    public bool HoldsStop(BeamToken last)
    {
        if (stops.IsEmpty) return false;
        TextState state = last.Before?.Text ?? default;
        ReadOnlySpan<byte> bytes = tokenizer.Bytes(last.Id).Span;
        bool isFound = bytes.IsEmpty ? Read(Encoding.UTF8.GetString(tokenizer.Called(last.Id).Span), ref state) : Read(bytes, ref state);
        last.Text = state;
        return isFound;
    }

    private bool Read(ReadOnlySpan<byte> bytes, ref TextState state)
    {
        byte[] all = [.. state.Pending ?? [], .. bytes];
        ReadOnlySpan<byte> rest = all;
        bool isFound = false;
        Span<char> characters = stackalloc char[2];
        while (!rest.IsEmpty && Rune.DecodeFromUtf8(rest, out Rune rune, out int read) is var status && status != System.Buffers.OperationStatus.NeedMoreData)
        {
            isFound |= Read(characters[..rune.EncodeToUtf16(characters)], ref state);
            rest = rest[read..];
        }
        state = state with { Pending = rest.IsEmpty ? null : rest.ToArray() };
        return isFound;
    }

    private bool Read(ReadOnlySpan<char> text, ref TextState state)
    {
        bool isFound = false;
        int at = state.Stop;
        foreach (char next in text)
        {
            at = stops.Next(at, next);
            isFound |= stops.Found(at) > 0;
        }
        state = state with { Stop = at };
        return isFound;
    }
}

/// <summary>The state of the search for stop texts after a beam's token.</summary>
/// <param name="Stop">The state in <see cref="StopTexts"/>.</param>
/// <param name="Pending">Bytes of a character that is not complete yet; null for none.</param>
internal readonly record struct TextState(int Stop, byte[]? Pending);
