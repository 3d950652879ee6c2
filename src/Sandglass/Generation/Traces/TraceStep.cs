namespace Sandglass.Generation;

/// <summary>Something that was done for a text: a piece of it was read, a token was chosen, or beams were.</summary>
public abstract record TraceStep
{
    private protected TraceStep() { }

    /// <summary>Time since the request was made.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What it takes in memory, about.</summary>
    internal abstract long Bytes { get; }
}
