using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>A prompt and the texts that are written after it: its samples, or one search with beams.</summary>
internal sealed record PromptTexts(PromptText Prompt, IReadOnlyList<TextGeneration> Texts);
