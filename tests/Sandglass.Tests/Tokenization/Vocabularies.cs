using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

/// <summary>Vocabularies small enough to follow with a pencil, and those of the shared files.</summary>
internal static class Vocabularies
{
    public static Tokenizer Shared(params string[] path)
    {
        using ModelFile file = ModelFile.Open(Tests.Shared.Path(path));
        return Tokenizer.From(file.Metadata);
    }

    public static Metadata Metadata(params (string Key, object Value)[] entries) =>
        new("test.gguf", entries.ToDictionary(entry => entry.Key.Contains('.') ? entry.Key : "tokenizer.ggml." + entry.Key, entry => entry.Value));

    /// <summary>The 256 letters of the byte alphabet, then <paramref name="more"/>.</summary>
    public static string[] ByteLevelTokens(params string[] more) =>
        [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.Letter((byte)value).ToString()), .. more];

    public static Tokenizer ByteLevel(string? pre, string[] merges, params (string Token, TokenKind Kind)[] added)
    {
        string[] merged = [.. merges.Select(merge => merge.Replace(" ", "")).Distinct()];
        string[] tokens = ByteLevelTokens([.. merged, .. added.Select(token => token.Token)]);
        int[] kinds = [.. tokens.Select((_, id) => id < 256 + merged.Length ? (int)TokenKind.Normal : (int)added[id - 256 - merged.Length].Kind)];
        List<(string, object)> entries = [("model", "gpt2"), ("tokens", tokens), ("token_type", kinds), ("merges", merges)];
        if (pre is not null) entries.Add(("pre", pre));
        return Tokenizer.From(Metadata([.. entries]));
    }

    public static Tokenizer SentencePiece(params (string Token, float Score, TokenKind Kind)[] tokens) => Tokenizer.From(SentencePieceFacts(tokens));

    public static Metadata SentencePieceFacts((string Token, float Score, TokenKind Kind)[] tokens, params (string, object)[] more) => Metadata([
        ("model", "llama"), ("tokens", tokens.Select(token => token.Token).ToArray()), ("scores", tokens.Select(token => token.Score).ToArray()),
        ("token_type", tokens.Select(token => (int)token.Kind).ToArray()), .. more]);

    /// <summary>Unknown, begin, end and the 256 byte tokens that every SentencePiece vocabulary of the llama family begins with.</summary>
    public static (string, float, TokenKind)[] SentencePieceBase { get; } =
    [
        ("<unk>", 0, TokenKind.Unknown), ("<s>", 0, TokenKind.Control), ("</s>", 0, TokenKind.Control),
        .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, TokenKind.Byte)),
    ];
}
