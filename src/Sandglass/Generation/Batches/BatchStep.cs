namespace Sandglass.Generation;

/// <summary>One step of an engine: who waited, who read, who wrote, and what it took.</summary>
internal sealed record BatchStep
{
    /// <summary>Texts that are told of one by one, at most.</summary>
    public const int MostPlaces = 64;

    /// <summary>Counts the steps that are told. Where one is missing, its reader was too slow.</summary>
    public required long Number { get; init; }

    /// <summary>When it ended, from the beginning of the first step that was watched.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>How long it took: choosing who takes part, the model, choosing tokens, handing them out.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Tokens that went through the model.</summary>
    public required int Rows { get; init; }

    /// <summary>Those of them that were read: of prompts, or again.</summary>
    public required int Read { get; init; }

    /// <summary>Tokens that were written, by all.</summary>
    public required long Written { get; init; }

    /// <summary>Tokens that all have written within the last second.</summary>
    public required long WrittenInSecond { get; init; }

    /// <summary>Tokens that all have read within the last second.</summary>
    public required long ReadInSecond { get; init; }

    /// <summary>Those that run, in order of service, then those that wait; at most <see cref="MostPlaces"/>.</summary>
    public required IReadOnlyList<BatchPlace> Places { get; init; }

    /// <summary>Texts that run and are not among the places.</summary>
    public required int MoreRunning { get; init; }

    /// <summary>Texts that wait and are not among the places.</summary>
    public required int MoreWaiting { get; init; }

    /// <summary>Pages that texts could hold now.</summary>
    public required long Pages { get; init; }

    /// <summary>Those that they hold, each counted once.</summary>
    public required long HeldPages { get; init; }

    /// <summary>Those kept for texts that begin alike.</summary>
    public required long KeptPages { get; init; }
}
