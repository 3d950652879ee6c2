namespace Sandglass.Cli;

/// <summary>The requested context, compared with the one the model was trained for.</summary>
internal static class ContextLimit
{
    /// <summary>What to know where the context is longer than any text in training, or shorter than asked for; null where it is neither.</summary>
    public static string? Hint(LanguageModel model)
    {
        if (model.ContextBeforeLimit is int before)
            return $"Note: free memory holds {model.Context} of {before} positions, so {model.Context} is the context. " +
                $"A smaller --cache-type holds more, and --cache-memory says how much may be taken.";
        int trained = model.Shape.ContextLength;
        return trained > 0 && model.Options.Window == 0 && model.Context > trained
            ? $"Hint: the context of {model.Context} tokens is longer than the {trained} that this model was trained for; what it writes beyond those may " +
                $"make no sense."
            : null;
    }

    /// <summary>Fails where a text is longer than the context, and advises a longer one only as far as the model was trained.</summary>
    public static void Refuse(string what, int[] ids, LanguageModel model)
    {
        if (ids.Length <= model.Context) return;
        int trained = model.Shape.ContextLength;
        string advice = model.Options.Window > 0 ? "Give a larger --context: with --window it bounds the prompt only."
            : ids.Length <= trained ? $"Shorten it, or give a larger --context; the model was trained for up to {trained}."
            : $"Shorten it: the model was trained for up to {trained} tokens.";
        throw new WrongInputException($"{what} is too long: expected at most {model.Context} tokens, the context, found {ids.Length} tokens. {advice}");
    }
}
