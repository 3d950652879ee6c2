namespace Sandglass.Generation;

/// <summary>Who guesses the tokens that come next, so that the model only has to check them. The text is the same with any of them.</summary>
public enum DraftKind
{
    /// <summary>Nobody: one token a step.</summary>
    None,

    /// <summary>The text itself: what followed the last few tokens where they stood before.</summary>
    Lookup,

    /// <summary>The smaller model that <see cref="ModelOptions.Draft"/> names.</summary>
    Model,
}
