using Sandglass.Generation;

namespace Sandglass.Studies;

/// <summary>Whether a model's context has room for what an experiment writes.</summary>
internal static class Room
{
    /// <exception cref="GenerationException">There is none.</exception>
    public static void Require(LanguageModel model, int prompt, int tokens)
    {
        GenerationOptions.Require(prompt > 0, "ids", "at least one token of a prompt", prompt);
        int room = model.Options.Window > 0 ? 1 << 24 : model.Context - prompt;
        GenerationOptions.Require(
            tokens >= 1 && tokens <= room, nameof(tokens),
            room < 1 ? "a shorter prompt: it fills the context" : $"a whole number from 1 to {room}, which the context has room for", tokens);
    }
}
