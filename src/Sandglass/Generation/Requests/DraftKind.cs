namespace Sandglass.Generation;

/// <summary>The draft source for speculative decoding: it proposes tokens that the model then checks together. The text does not depend on it.</summary>
public enum DraftKind
{
    /// <summary>No speculative decoding: one token a step.</summary>
    None,

    /// <summary>The text itself: what followed the last few tokens where they occurred before.</summary>
    Lookup,

    /// <summary>The smaller model that <see cref="ModelOptions.Draft"/> names.</summary>
    Model,
}
