using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>A text as it was given: bytes, or ids that are taken as they are.</summary>
internal sealed record Prompt(byte[] Utf8, int[]? Ids, bool AddBos = true, bool ParseSpecial = true, bool IsPiped = false)
{
    /// <summary>The ids that the model sees. Notes hints about a text that may not be as it was meant.</summary>
    public int[] Encode(Tokenizer tokenizer, Terminal terminal)
    {
        if (Ids is not null) return Ids;
        int[] ids = tokenizer.Encode(Utf8, AddBos, ParseSpecial).Ids;
        Hint(tokenizer, terminal, ids);
        return ids;
    }

    /// <summary>Notes hints about a text with these ids that may not be as it was meant.</summary>
    public void Hint(Tokenizer tokenizer, Terminal terminal, ReadOnlySpan<int> ids)
    {
        foreach (string? hint in (string?[])[TextHints.OfBytes(Utf8), TextHints.OfBegin(tokenizer, this, ids)])
            if (hint is not null) terminal.Note(hint);
    }
}
