using Sandglass.Tokenization;

namespace Sandglass.Chat;

/// <summary>A conversation as the text that a model reads.</summary>
/// <param name="Text">The text.</param>
/// <param name="Parts">Which stretches of it the template wrote and which are a user's; together they are the text.</param>
public sealed record ChatPrompt(string Text, IReadOnlyList<TextPart> Parts)
{
    /// <summary>Fields of messages that the template did not look at, besides role and content, each with the place of its message.</summary>
    internal IReadOnlyList<(int Message, string Field)> Unread { get; init; } = [];

    /// <summary>The prompt's tokens. Control tokens that a user spelled in a message are text; a begin token is added where the model wants one and the
    /// template wrote none.</summary>
    /// <param name="tokenizer">The model's.</param>
    public TokenizedText Encode(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return tokenizer.Encode(Text, Parts, addBos: !HasBegun(tokenizer));
    }

    /// <summary>The same for whoever can use only so many tokens.</summary>
    internal IdsWithin EncodeWithin(Tokenizer tokenizer, int most, CancellationToken cancellation) =>
        tokenizer.EncodeWithin(Text, Parts, most, addBos: !HasBegun(tokenizer), parseSpecial: true, cancellation);

    /// <summary>Whether the template wrote the begin token.</summary>
    private bool HasBegun(Tokenizer tokenizer) => tokenizer.BosId is int bos && Parts is [{ IsTrusted: true } first, ..]
        && Text.AsSpan(0, first.Length).StartsWith(tokenizer.Piece(bos), StringComparison.Ordinal);
}
