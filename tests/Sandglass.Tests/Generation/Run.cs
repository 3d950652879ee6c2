using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>A generation read to its end.</summary>
internal sealed record Run(GeneratedToken[] Tokens, GenerationResult Result)
{
    public int[] Ids => [.. Tokens.Select(token => token.Id)];

    public string Text => string.Concat(Tokens.Select(token => token.Text));

    public string?[] Hashes => [.. Tokens.Select(token => token.LogitsHash)];

    public static Task<Run> Of(LanguageModel model, string prompt, GenerationOptions options) => Read(model.GenerateAsync(prompt, options));

    public static Task<Run> Of(LanguageModel model, IReadOnlyList<int> prompt, GenerationOptions options) => Read(model.GenerateAsync(prompt, options));

    public static async Task<Run> Read(TextGeneration generation)
    {
        List<GeneratedToken> tokens = [];
        await foreach (GeneratedToken token in generation) tokens.Add(token);
        return new Run([.. tokens], await generation.Result);
    }

    public static async Task<TokenScore[]> Score(LanguageModel model, IReadOnlyList<int> ids, ScoreOptions options)
    {
        List<TokenScore> scores = [];
        await foreach (TokenScore score in model.ScoreAsync(ids, options)) scores.Add(score);
        return [.. scores];
    }
}
