namespace Sandglass.Planning;

/// <summary>Waiting for a place, at a load of one replica.</summary>
public sealed record ServingLoad
{
    /// <summary>The share of the requests a second that the replica answers when its batch is always full.</summary>
    public required double Load { get; init; }

    /// <summary>Requests a second.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>The chance of having to wait, by Erlang C: as if a text took as long in any company as in a full batch.</summary>
    public required double Waits { get; init; }

    /// <summary>Seconds of waiting on average by Erlang C, corrected for the spread of the service (Allen and Cunneen).</summary>
    public required double MeanWait { get; init; }

    /// <summary>Seconds that 95 of 100 requests wait at most, by the same.</summary>
    public required double Wait95 { get; init; }

    /// <summary>The chance of having to wait where a batch that is not full is quicker (birth and death).</summary>
    public required double BatchWaits { get; init; }

    /// <summary>Seconds of waiting on average, by the same.</summary>
    public required double BatchWait { get; init; }

    /// <summary>Seconds that 95 of 100 requests wait at most, by the same: machines are counted by it.</summary>
    public required double BatchWait95 { get; init; }

    /// <summary>Texts at once on average, by the same.</summary>
    public required double BatchTexts { get; init; }

    /// <summary>What the scheduler itself does; null where it was not simulated.</summary>
    public SimulatedLoad? Simulated { get; init; }
}
