using static Sandglass.Server.Forms;

namespace Sandglass.Server;

/// <summary>Embeddings, and text to tokens and back.</summary>
internal static class TokenParameters
{
    public static IReadOnlyList<Parameter> All { get; } =
    [
        Parameter.Of(
            "input", ApiRoutes.Embeddings, new PromptType(static limits => limits.Inputs), "What to embed: a text, its token ids, or a list of either.",
            static (draft, inputs) => draft.Prompts = inputs.Of(draft)) with { IsRequired = true },
        Parameter.Of(
            "encoding_format", ApiRoutes.Embeddings, new WordType("float", "base64"),
            "How a vector is written; base64 is of little-endian floats of 32 bits. Default float.",
            static (draft, value) => draft.AsBase64 = value == "base64"),
        Parameter.Of(
            "content", ApiRoutes.Tokenize, AnyText, "The text.",
            static (draft, value) => draft.Content = value),
        Parameter.Of(
            "prompt", ApiRoutes.Tokenize, AnyText, "vLLM's name for `content`; then the begin token is added unless `add_special` says otherwise.",
            static (draft, value) => (draft.Content, draft.AsPrompt) = (value, true)),
        Parameter.Of(
            "add_special", ApiRoutes.Tokenize, Flag, "Whether the begin token is added where the model adds one. Default false, as llama.cpp has it.",
            static (draft, value) => draft.AddSpecialTokens = value) with { Aliases = ["add_special_tokens"] },
        Parameter.Of(
            "parse_special", ApiRoutes.Tokenize, Flag, "Whether control tokens that the text spells become control tokens. Default true.",
            static (draft, value) => draft.ParseSpecial = value),
        Parameter.Of(
            "with_pieces", ApiRoutes.Tokenize | ApiRoutes.Detokenize, Flag,
            "Gives each token with its text, or where that is no whole characters its bytes; of a control token its name. Default false.",
            static (draft, value) => draft.WithPieces = value),
        Parameter.Of(
            "tokens", ApiRoutes.Detokenize, new IdsType(1 << 22), "The token ids.", static (draft, value) => draft.Tokens = value) with { IsRequired = true },
    ];
}
