using Sandglass.Generation;

namespace Sandglass.Extensions.AI;

/// <summary>A model, as Microsoft.Extensions.AI knows models.</summary>
public static class LanguageModelExtensions
{
    /// <summary>The model as a chat client; the model stays the caller's to dispose of.</summary>
    /// <inheritdoc cref="SandglassChatClient(LanguageModel, string?, GenerationOptions?)"/>
    public static SandglassChatClient AsIChatClient(this LanguageModel model, string? modelId = null, GenerationOptions? defaults = null) =>
        new(model, modelId, defaults);

    /// <summary>The model as an embedding generator; the model stays the caller's to dispose of.</summary>
    /// <inheritdoc cref="SandglassEmbeddingGenerator(LanguageModel, string?)"/>
    public static SandglassEmbeddingGenerator AsIEmbeddingGenerator(this LanguageModel model, string? modelId = null) => new(model, modelId);
}
