namespace Sandglass.Planning;

/// <summary>What serving a model to many users takes: how many texts fit, how fast they come, how long requests wait, how many machines, what money.</summary>
/// <example>
/// <code>
/// ServingPlan plan = ServingPlan.For(PlannedModel.Open("llama-3-8b"), new ServingOptions { Hardware = "h100", Price = new() { Capital = 30_000 } });
/// Console.WriteLine($"{plan.Scales[^1].Accelerators} accelerators for {plan.Scales[^1].Users} users, ${plan.PerMillionTokens:F2} a million tokens");
/// </code>
/// </example>
public sealed record ServingPlan
{
    /// <summary>What was asked for.</summary>
    public required ServingOptions Options { get; init; }

    /// <summary>The model.</summary>
    public required PlannedModel Model { get; init; }

    /// <summary>What it runs on.</summary>
    public required MachineSpeed Machine { get; init; }

    /// <summary>Memory of one text of the mean length.</summary>
    public required MemoryPlan Memory { get; init; }

    /// <summary>Accelerators of a replica.</summary>
    public required int Accelerators { get; init; }

    /// <summary>Bytes of a replica that are left for keys and values.</summary>
    public required double CacheRoom { get; init; }

    /// <summary>Bytes of keys and values of one text.</summary>
    public long TextBytes => Memory.CacheBytes;

    /// <summary>Texts whose keys and values fit at once.</summary>
    public long Fits => (long)(CacheRoom / TextBytes);

    /// <summary>Latency and throughput by the texts at once: powers of two, what is chosen, and the most that there may be.</summary>
    public required IReadOnlyList<ServingBatch> Batches { get; init; }

    /// <summary>What a replica is run with: the batch that answers most requests of those that keep the objectives. Where none does, one text.</summary>
    public required ServingBatch Chosen { get; init; }

    /// <summary>Tokens of an answer, on average: fewer than asked for where the model's context ends some.</summary>
    public required double MeanAnswer { get; init; }

    /// <summary>Requests that were simulated at each load; 0 for no simulation.</summary>
    public required int Simulated { get; init; }

    /// <summary>Requests in twenty turns of the chosen batch: a simulation of fewer may not have seen its worst.</summary>
    public int EnoughSimulated => ServingBounds.TurnsOf(Chosen.Texts);

    /// <summary>Waiting by load, of one replica.</summary>
    public required IReadOnlyList<ServingLoad> Loads { get; init; }

    /// <summary>Machines and money by users.</summary>
    public required IReadOnlyList<ServingScale> Scales { get; init; }

    /// <summary>Where keys and values of a conversation wait for its next turn, nearest first.</summary>
    public required IReadOnlyList<CacheHome> Homes { get; init; }

    /// <summary>Seconds of reading a whole conversation again, in place of keeping its keys and values.</summary>
    public required double RecomputeSeconds { get; init; }

    /// <summary>Dollars for an hour of an accelerator; null where there is no price.</summary>
    public double? PerHour => Options.Price.PerHour(Accelerator);

    /// <summary>Its entry; null of a machine that was measured.</summary>
    public Accelerator? Accelerator => Options.Machine is null ? Planning.Accelerator.Named(Options.Hardware) : null;

    /// <summary>Dollars for a million tokens of prompts, those that were found among them; null where there is no price.</summary>
    public double? PerMillionRead => PerSecond * Chosen.ReadingSeconds / Options.PromptTokens * 1e6;

    /// <summary>Dollars for a million tokens of answers; null where there is no price.</summary>
    public double? PerMillionWritten => PerSecond * Chosen.WritingSeconds / MeanAnswer * 1e6;

    /// <summary>Dollars for a million tokens of prompts and answers as they come; null where there is no price.</summary>
    public double? PerMillionTokens => PerSecond / Chosen.RequestsPerSecond / (Options.PromptTokens + MeanAnswer) * 1e6;

    /// <summary>Dollars for a second of a replica that is asked for as much as it could do: what is not used is paid by what is.</summary>
    private double? PerSecond => PerHour * Accelerators / 3600 / Options.Price.UsedShare;

    /// <summary>Plans serving.</summary>
    /// <param name="model">What is served.</param>
    /// <param name="options">To whom, on what, within which times.</param>
    /// <param name="progress">Of the simulation, which may take minutes.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="PlanException">An option is out of its range, or the model does not fit.</exception>
    public static ServingPlan For(
        PlannedModel model, ServingOptions? options = null, IProgress<ServingProgress>? progress = null, CancellationToken cancellation = default) =>
        new ServingPlanner(model, options ?? new ServingOptions()).Plan(progress, cancellation);
}
