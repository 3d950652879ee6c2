namespace Sandglass.Generation;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The model chose one of the ids that end a text.</summary>
    Eos,

    /// <summary>A stop text occurred.</summary>
    Stop,

    /// <summary>The text has as many tokens as were asked for.</summary>
    Length,

    /// <summary>No position is left in the context.</summary>
    Context,

    /// <summary>The caller cancelled, or stopped listening.</summary>
    Cancelled,

    /// <summary>The same run of tokens occurred as often as makes a loop.</summary>
    Loop,

    /// <summary>The time limit passed.</summary>
    Time,
}
