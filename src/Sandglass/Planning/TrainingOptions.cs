namespace Sandglass.Planning;

/// <summary>How a model is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Tokens that it reads, from 1; 0 for 20 a parameter, which Hoffmann et al. 2022 (arXiv:2203.15556) found best for a given amount of
    /// operations.</summary>
    public double Tokens { get; init; }

    /// <summary>The name of an <see cref="Accelerator"/>.</summary>
    public string Hardware { get; init; } = "h100";

    /// <summary>How many of them.</summary>
    public long Accelerators { get; init; } = 1024;

    /// <summary>The share of their operations a second that the model's own operations reach (model FLOPs utilisation), above 0 to 1.</summary>
    public double Utilisation { get; init; } = 0.4;

    /// <summary>The share of the time in which they train: the rest is failures, restarts and checkpoints. Above 0 to 1.</summary>
    public double Uptime { get; init; } = 1;

    /// <summary>Dollars for an hour of one; null for the assumption that its entry has.</summary>
    public double? PricePerHour { get; init; }

    /// <summary>Tokens of a training text, which see each other; 0 for the model's context, 8,192 at most.</summary>
    public long Sequence { get; init; }

    /// <summary>Tokens of a query, prompt and answer together, from 1.</summary>
    public double QueryTokens { get; init; } = 1000;

    /// <summary>The utilisation while queries are answered; null for that of training. It is mostly lower: writing waits for memory.</summary>
    public double? QueryUtilisation { get; init; }
}
