namespace Sandglass.Generation;

/// <summary>What the scheduler may do with a sequence next.</summary>
internal enum SequencePhase
{
    /// <summary>Not admitted yet, or preempted: it holds no pages.</summary>
    Waiting,

    /// <summary>Several tokens have yet to go through the model: its prompt, or after a preemption all of its text.</summary>
    Prefilling,

    /// <summary>One token is pending, the one chosen last: the next step gives another.</summary>
    Decoding,

    /// <summary>It keeps its pages but takes no part: it waits for the other beams of its search, or for its reader.</summary>
    Resting,

    /// <summary>Nothing more is to be done: its pages go back, then its caller is told.</summary>
    Finished,
}
