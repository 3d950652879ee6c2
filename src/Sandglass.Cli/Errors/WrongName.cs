using Sandglass.Generation;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary>
/// A model that cannot be loaded and that <c>--model</c> did not name: the message names the option or variable that did.
/// </summary>
internal static class WrongName
{
    private const int NearLookup = 2;       // letters

    /// <summary>What to say; null where <c>--model</c> named it, or where the failure is another.</summary>
    /// <param name="failure">Of loading.</param>
    /// <param name="byVariable">The model as the environment names it; null where it does not.</param>
    /// <param name="draft">The model as <c>--draft</c> names it; null for none.</param>
    public static string? Of(Exception failure, string? byVariable, string? draft)
    {
        string? file = failure switch
        {
            ModelFileException wrong => wrong.File,
            GenerationException { Code: "model-unknown" } unknown => EmbeddedModels.Prefix + unknown.Found,
            _ => null,
        };
        if (file is null) return null;
        if (file == draft)
            return Said(failure, "--draft", EditDistance.Between(draft, GenerationChoice.Lookup) <= NearLookup ? $": did you mean {GenerationChoice.Lookup}?"
                : $" takes the GGUF file of a smaller model of the same vocabulary, {EmbeddedModels.Prefix}NAME, or {GenerationChoice.Lookup}.");
        return file == byVariable ? Said(failure, ModelChoice.Variable, " names it: set it to a GGUF file, or give one with --model.") : null;
    }

    private static string Said(Exception failure, string source, string advice) =>
        failure is ModelFileException file ? ErrorMessage.OfFile(file, source + advice) : $"{source}: {ErrorMessage.Of(failure).Text}";
}
