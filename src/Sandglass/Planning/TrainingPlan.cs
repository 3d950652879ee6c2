namespace Sandglass.Planning;

/// <summary>What training a model takes, and how many queries take as much.</summary>
public sealed record TrainingPlan
{
    private const double TokensPerParameter = 20, Most = 1e18;
    private const long UsualSequence = 8192, SecondsPerHour = 3600;

    /// <summary>All parameters.</summary>
    public required double Parameters { get; init; }

    /// <summary>Parameters that a token goes through: N of 6ND. Of a model without experts all.</summary>
    public required double ActiveParameters { get; init; }

    /// <summary>Tokens that it reads: D.</summary>
    public required double Tokens { get; init; }

    /// <summary>6ND: two operations a parameter and token forward, four backward. Attention to other tokens is left out.</summary>
    public double Operations => 6 * ActiveParameters * Tokens;

    /// <summary>Counted: three times the multiply-adds of reading, attention included; 6ND where the sizes are not known.</summary>
    public required double CountedOperations { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>What it is trained on.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>Bytes for the optimizer, gradients and weights.</summary>
    public TrainingMemory Memory => new(Parameters);

    /// <summary>Hours of one accelerator.</summary>
    public double AcceleratorHours => CountedOperations / (Accelerator.OperationsPerSecond * Options.Utilisation * Options.Uptime) / SecondsPerHour;

    /// <summary>Days with all of them.</summary>
    public double Days => AcceleratorHours / Options.Accelerators / 24;

    /// <summary>Dollars; null where no price is known.</summary>
    public double? Cost => (Options.PricePerHour ?? Accelerator.PricePerHour) * AcceleratorHours;

    /// <summary>Operations of a query: two a parameter and token.</summary>
    public double QueryOperations => 2 * ActiveParameters * Options.QueryTokens;

    /// <summary>Queries after which answering has taken as many accelerator hours, and so cost as much, as training.</summary>
    public double BreakEvenQueries => CountedOperations / QueryOperations * (Options.QueryUtilisation ?? Options.Utilisation) / Options.Utilisation;

    /// <summary>The utilisation that so many accelerator hours mean, failures included.</summary>
    public double UtilisationIn(double acceleratorHours) => CountedOperations / (acceleratorHours * SecondsPerHour * Accelerator.OperationsPerSecond);

    /// <summary>Plans training of a model whose sizes are known.</summary>
    /// <exception cref="PlanException">An option is out of its range.</exception>
    public static TrainingPlan For(ModelShape model, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new TrainingOptions();
        long sequence = options.Sequence == 0 ? Math.Min(model.Context, UsualSequence) : options.Sequence;
        Require(sequence is >= 1 and <= 1L << 30, nameof(options.Sequence), $"1 to {1L << 30}", sequence);
        bool hasExperts = model.Layers.Any(static layer => layer.FeedForward.Experts > 0);
        TrainingPlan plan = For(model.Parameters, hasExperts ? model.ActiveParameters : model.Parameters, options);
        return plan with { CountedOperations = 6 * ModelWork.OfTrainingText(model, sequence).Total / sequence * plan.Tokens };
    }

    /// <summary>Plans training of a model of which only the size is known.</summary>
    /// <param name="parameters">All parameters.</param>
    /// <param name="activeParameters">Those that a token goes through.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="PlanException">An option is out of its range.</exception>
    public static TrainingPlan For(double parameters, double activeParameters, TrainingOptions? options = null)
    {
        options ??= new TrainingOptions();
        Require(parameters is >= 1 and <= Most, "Parameters", $"1 to {Most:G}", parameters);
        Require(activeParameters >= 1 && activeParameters <= parameters, "ActiveParameters", $"1 to {parameters:G}", activeParameters);
        double tokens = options.Tokens == 0 ? TokensPerParameter * activeParameters : options.Tokens;
        Require(tokens is >= 1 and <= Most, nameof(options.Tokens), $"1 to {Most:G}", tokens);
        Require(options.Accelerators is >= 1 and <= 1_000_000_000, nameof(options.Accelerators), "1 to 1000000000", options.Accelerators);
        Require(options.Utilisation is > 0 and <= 1, nameof(options.Utilisation), "above 0 to 1", options.Utilisation);
        Require(options.Uptime is > 0 and <= 1, nameof(options.Uptime), "above 0 to 1", options.Uptime);
        Require(options.QueryUtilisation is null or (> 0 and <= 1), nameof(options.QueryUtilisation), "above 0 to 1", options.QueryUtilisation ?? 0);
        Require(options.QueryTokens is >= 1 and <= Most, nameof(options.QueryTokens), $"1 to {Most:G}", options.QueryTokens);
        Require(options.PricePerHour is null or (>= 0 and <= Most), nameof(options.PricePerHour), $"0 to {Most:G}", options.PricePerHour ?? 0);
        return new TrainingPlan
        {
            Parameters = parameters,
            ActiveParameters = activeParameters,
            Tokens = tokens,
            CountedOperations = 6 * activeParameters * tokens,
            Options = options,
            Accelerator = Accelerator.Named(options.Hardware),
        };
    }

    private static void Require(bool holds, string option, string expected, double found)
    {
        if (!holds) throw new PlanException("plan-option", option, expected, found.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
    }
}
