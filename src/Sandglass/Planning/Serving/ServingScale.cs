namespace Sandglass.Planning;

/// <summary>Machines and money for so many users.</summary>
public sealed record ServingScale
{
    /// <summary>Users.</summary>
    public required double Users { get; init; }

    /// <summary>Requests a second in the busiest hour.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Replicas, so few that 95 of 100 requests wait no longer than the mean time to the first token leaves of its objective.</summary>
    public required double Replicas { get; init; }

    /// <summary>Accelerators of all replicas.</summary>
    public required double Accelerators { get; init; }

    /// <summary>The share of what they can do that they are asked for in the busiest hour. What is missing to 1 is headroom: many replicas need less of it, for
    /// what comes by chance evens out.</summary>
    public required double Load { get; init; }

    /// <summary>Seconds that 95 of 100 requests wait for a place at most, in that hour, by birth and death over the places of all replicas.</summary>
    public required double Wait95 { get; init; }

    /// <summary>Replicas that would be needed if nothing of a prompt were found.</summary>
    public required double ReplicasWithoutHits { get; init; }

    /// <summary>Texts that are served at once, in that hour: the fewer there are, the quicker each is.</summary>
    public required double ActiveTexts { get; init; }

    /// <summary>Bytes of their keys and values.</summary>
    public required double ActiveBytes { get; init; }

    /// <summary>Conversations that wait for their next turn, in that hour.</summary>
    public required double IdleTexts { get; init; }

    /// <summary>Bytes of their keys and values.</summary>
    public required double IdleBytes { get; init; }

    /// <summary>Shares of the idle conversations that each of <see cref="ServingPlan.Homes"/> holds, the nearest filled first. What is missing to 1 has no room
    /// and is read again.</summary>
    public required IReadOnlyList<double> IdleShares { get; init; }

    /// <summary>Dollars a month; null where there is no price.</summary>
    public required double? PerMonth { get; init; }

    /// <summary>Dollars for a million tokens of prompts and answers, over the month; null where there is no price.</summary>
    public required double? PerMillionTokens { get; init; }
}
