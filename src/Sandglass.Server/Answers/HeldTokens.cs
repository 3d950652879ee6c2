using Sandglass.Generation;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>
/// Tokens whose text is not shown yet, since it may become a stop text or is a part of a character: what is told of them goes out together with their text.
/// </summary>
/// <param name="ends">The ids that end the text.</param>
internal sealed class HeldTokens(IReadOnlySet<int> ends)
{
    private readonly List<GeneratedToken> _all = [];

    /// <summary>The tokens since the last text, the newest one included.</summary>
    public IReadOnlyList<GeneratedToken> All => _all;

    /// <summary>Those among them that the text consists of: all but an end token.</summary>
    public IReadOnlyList<GeneratedToken> Shown => [.. _all.Where(token => !ends.Contains(token.Id))];

    /// <summary>How many characters these have: where the next token begins, also where a part of the text is still held back.</summary>
    public int Characters(Tokenizer tokenizer) => _all.Sum(token => ends.Contains(token.Id) ? 0 : TokenText.Length(tokenizer.Bytes(token.Id).Span));

    /// <summary>One more; whether its text, and with it that of all before it, can be shown.</summary>
    public bool Add(GeneratedToken token)
    {
        _all.Add(token);
        return token.Text.Length > 0;
    }

    /// <summary>What is left at the end and belongs to the text: nothing of a stop text.</summary>
    public IReadOnlyList<GeneratedToken> LeftOver(FinishReason finish) => finish == FinishReason.Stop ? [] : Shown;

    /// <summary>They were told.</summary>
    public void Clear() => _all.Clear();
}
