using System.Diagnostics.CodeAnalysis;
using Sandglass.ModelFiles;

namespace Sandglass.Tokenization;

/// <summary>Throws for every defect that makes a vocabulary unusable; docs/errors.md describes the codes.</summary>
internal static class BadVocabulary
{
    [DoesNotReturn]
    public static void UnknownModel(string file, string? found) =>
        throw new ModelFileException("tokenizer-model", file, "metadata tokenizer.ggml.model", "llama or gpt2", found ?? "nothing");

    [DoesNotReturn]
    public static void UnknownPreTokenizer(string file, string found) =>
        throw new ModelFileException("tokenizer-pre", file, "metadata tokenizer.ggml.pre",
            "a pre-tokenizer that Sandglass has, such as gpt-2, llama-bpe, smollm or qwen2", found);

    [DoesNotReturn]
    public static void MissingList(string file, string key) =>
        throw new ModelFileException("tokenizer-missing", file, $"metadata {key}", "a list", "nothing");

    [DoesNotReturn]
    public static void Empty(string file) =>
        throw new ModelFileException("tokenizer-empty", file, "metadata tokenizer.ggml.tokens", "at least one token", "none");

    [DoesNotReturn]
    public static void Length(string file, string key, int expected, int found) =>
        throw new ModelFileException("tokenizer-length", file, $"metadata {key}", $"{expected} entries, as many as there are tokens", $"{found}");

    [DoesNotReturn]
    public static void IdOutOfRange(string file, string key, int tokens, long found) =>
        throw new ModelFileException("tokenizer-id", file, $"metadata {key}", $"an id from 0 to {tokens - 1}", $"{found}");

    [DoesNotReturn]
    public static void SpecialTooLong(string file, int most) =>
        throw new ModelFileException("tokenizer-special", file, "metadata tokenizer.ggml.tokens", $"special tokens of at most {most} bytes together", "more");

    [DoesNotReturn]
    public static void NotANumber(string file, int token) =>
        throw new ModelFileException("tokenizer-score", file, $"metadata tokenizer.ggml.scores, token {token}", "a number", "NaN");
}
