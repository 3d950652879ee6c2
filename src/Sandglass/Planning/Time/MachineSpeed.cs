namespace Sandglass.Planning;

/// <summary>How fast a machine is: by its maker's figures, or as it was measured with this engine.</summary>
/// <example>
/// <code>
/// StepTime time = new(PlannedModel.Open("llama-3-8b"), MachineSpeed.Named("h100"));
/// Console.WriteLine($"{1 / time.OfDecode(texts: 1, depth: 4096):F0} tokens a second");
/// </code>
/// </example>
public sealed record MachineSpeed
{
    /// <summary>Tokens that go through an accelerator in one step, where servers are left as they come.</summary>
    private const int AcceleratorStepTokens = 8192;

    /// <summary>Tokens of a prompt that go through this engine in one step at most.</summary>
    public const int EngineStepTokens = Transformer.Decoder.MaxBatch;

    /// <summary>Its short name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in words.</summary>
    public required string Title { get; init; }

    /// <summary>Where the figures are from.</summary>
    public required string Source { get; init; }

    /// <summary>What of them no source says; null where nothing is.</summary>
    public string? Assumption { get; init; }

    /// <summary>Threads that compute; 0 where that is not said.</summary>
    public int Threads { get; init; }

    /// <summary>Bytes a second from memory.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Operations a second of products with weights as they are, two a multiply-add.</summary>
    public required double OperationsPerSecond { get; init; }

    /// <summary>Operations a second where weights of few bits are multiplied in integers; null where they are widened first.</summary>
    public double? Int8OperationsPerSecond { get; init; }

    /// <summary>Operations a second in FP8; null where there are none.</summary>
    public double? Float8OperationsPerSecond { get; init; }

    /// <summary>Bytes of its memory.</summary>
    public required double MemoryBytes { get; init; }

    /// <summary>Tokens of a prompt that go through in one step at most.</summary>
    public int StepTokens { get; init; } = AcceleratorStepTokens;

    /// <summary>How fast this engine's loops are on it; null where that was not measured, and times are bounds by the figures above.</summary>
    public MeasuredSpeed? Engine { get; init; }

    /// <summary>A machine by its maker's figures.</summary>
    public static MachineSpeed Of(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new MachineSpeed
        {
            Name = accelerator.Name,
            Title = accelerator.Title,
            Source = accelerator.Source,
            Assumption = accelerator.Assumption,
            BytesPerSecond = accelerator.BytesPerSecond,
            OperationsPerSecond = accelerator.OperationsPerSecond,
            Int8OperationsPerSecond = accelerator.Int8OperationsPerSecond,
            Float8OperationsPerSecond = accelerator.Float8OperationsPerSecond,
            MemoryBytes = accelerator.MemoryBytes,
            StepTokens = accelerator.IsProcessor ? EngineStepTokens : AcceleratorStepTokens,
        };
    }

    /// <summary>An <see cref="Accelerator"/> by its name.</summary>
    /// <exception cref="PlanException">There is none.</exception>
    public static MachineSpeed Named(string name) => Of(Accelerator.Named(name, "machine"));
}
