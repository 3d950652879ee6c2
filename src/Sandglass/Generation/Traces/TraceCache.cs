namespace Sandglass.Generation;

/// <summary>What a text's cache holds at one moment.</summary>
public sealed record TraceCache
{
    /// <summary>Positions whose keys and values are there, those that left a window included.</summary>
    public required int Positions { get; init; }

    /// <summary>Bytes of the pages that the text holds, shared ones included.</summary>
    public required long Bytes { get; init; }

    /// <summary>A letter for each page of 32 positions, the first position's first: <c>o</c> own, <c>a</c> adopted from a text that began alike, <c>s</c> its
    /// own and shared by another now, <c>l</c> left the window; capital where the page has its quantised form.</summary>
    public required string Pages { get; init; }

    /// <summary>Blocks written since the step before: a block is one position's keys and values in one layer.</summary>
    public required long BlocksWritten { get; init; }

    /// <summary>Those of them that had been written before and were computed again.</summary>
    public required long BlocksRecomputed { get; init; }
}
