using Sandglass.ModelFiles;

namespace Sandglass.Generation;

/// <summary>Which drafter a text gets, and which model may draft for another.</summary>
internal static class Drafters
{
    /// <summary>A drafter for one text; null where it asks for none.</summary>
    /// <param name="options">The text's.</param>
    /// <param name="promptLength">Tokens of its prompt.</param>
    /// <param name="model">The drafting model that was loaded; null where there is none.</param>
    /// <exception cref="GenerationException">It asks for a model, and there is none.</exception>
    public static IDrafter? For(GenerationOptions options, int promptLength, DraftModel? model)
    {
        GenerationOptions.Require(
            options.Draft != DraftKind.Model || model is not null, nameof(options.Draft), "a model that was loaded with one that drafts", "none");
        PredictedText? prediction = options.Prediction is { Count: > 0 } ? new PredictedText([.. options.Prediction], promptLength) : null;
        return options.Draft switch
        {
            DraftKind.Model => new ModelDrafter(model!, options.RejectsDrafts, prediction),
            DraftKind.None when prediction is null => null,
            _ => new LookupDrafter(prediction),
        };
    }

    /// <summary>A draft is an id, so it must mean the same to both models.</summary>
    /// <exception cref="GenerationException">Their vocabularies differ.</exception>
    public static void RequireSameVocabulary(ModelFile model, Hyperparameters shape, ModelFile draft, Hyperparameters draftShape)
    {
        const string Tokens = "tokenizer.ggml.tokens";
        string[] own = model.Metadata.Strings(Tokens)!, others = draft.Metadata.Strings(Tokens)!;
        int same = own.AsSpan().CommonPrefixLength(others);
        if (own.Length != others.Length || draftShape.VocabularySize != shape.VocabularySize)
            throw Differs($"{shape.VocabularySize} tokens", $"{draftShape.VocabularySize} tokens");
        if (same < own.Length)
            throw Differs($"whose token {same} is \"{own[same]}\"", $"\"{others[same]}\"");

        GenerationException Differs(string expected, string found) =>
            new("draft-vocabulary", nameof(ModelOptions.Draft), $"a model of the same vocabulary, {expected}", $"{found} in {draft.Name}");
    }
}
