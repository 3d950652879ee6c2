namespace Sandglass.Generation;

/// <summary>What a text does in a step.</summary>
internal enum PlacePhase
{
    /// <summary>It has not begun.</summary>
    Waiting,

    /// <summary>Tokens of its prompt go through the model; or, after a preemption or without a cache, of all of it.</summary>
    Reading,

    /// <summary>The token chosen last goes through, and guesses after it.</summary>
    Writing,

    /// <summary>It keeps its pages and takes no part: its reader is too far behind, or the step has no row or no page for it.</summary>
    Resting,

    /// <summary>It had begun, gave its pages to others and waits to be read again.</summary>
    Preempted,
}
