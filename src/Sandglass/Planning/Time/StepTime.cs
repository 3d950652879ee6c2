using System.Globalization;

namespace Sandglass.Planning;

/// <summary>How long a model's steps take on a machine.</summary>
/// <remarks>
/// A step is what goes through the model at once: a token of each text that is written, pieces of prompts that are read. By a data sheet it is a roofline: each
/// product takes as long as its bytes or its operations, whichever is longer (Williams, Waterman and Patterson 2009, "Roofline"). On a machine that was
/// measured it is the sum of what this engine's own loops took there.
/// </remarks>
public sealed class StepTime
{
    private const int MostCount = 1024, MostTexts = 1 << 20;

    private readonly ModelShape _shape;
    private readonly IReadOnlyList<StepWeight> _weights;
    private readonly CachePlan _cache;
    private readonly MeasuredTime? _engine;

    /// <summary>Prepares a model for a machine.</summary>
    /// <exception cref="PlanException">An option is out of its range.</exception>
    public StepTime(PlannedModel model, MachineSpeed machine, TimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(machine);
        options ??= new TimeOptions();
        Require(options.Count is >= 1 and <= MostCount, nameof(options.Count), $"1 to {MostCount}", options.Count);
        Require(options.Reached is > 0 and <= 1, nameof(options.Reached), "above 0 to 1", options.Reached);
        Require(machine.StepTokens >= 1, nameof(machine.StepTokens), "1 or more", machine.StepTokens);
        (_shape, Machine, Options) = (model.Shape, machine, options);
        WeightType? type = options.WeightType is null && model.FileWeights is not null ? null : WeightType.Named(options.WeightType ?? "bf16");
        WeightTypeName = type?.Name ?? model.FileTypes[0].ToString().ToLowerInvariant();
        _weights = StepWeight.Of(model, type);
        _cache = new CachePlan(model, options.CacheType, isCounted: false);
        if (machine.Engine is not MeasuredSpeed engine) return;
        Require(options.Count == 1, nameof(options.Count), "1 on a machine that was measured: its threads share each step", options.Count);
        Require(options.Reached == 1, nameof(options.Reached), "1 on a machine that was measured: what is reached is what was measured", options.Reached);
        _engine = new MeasuredTime(engine, _shape, _weights, options.CacheType);
    }

    /// <summary>The machine.</summary>
    public MachineSpeed Machine { get; }

    /// <summary>How the model runs on it.</summary>
    public TimeOptions Options { get; }

    /// <summary>How the weights are stored.</summary>
    public string WeightTypeName { get; }

    /// <summary>Seconds of a step that writes a token of each of some texts.</summary>
    /// <param name="texts">From 1.</param>
    /// <param name="depth">Positions before each token, on average.</param>
    /// <exception cref="PlanException">A number is out of its range.</exception>
    public double OfDecode(int texts, double depth) => CostOfDecode(texts, depth).Seconds;

    /// <summary>Seconds of reading a prompt, or a piece of it, in as many steps as it takes, with nothing beside it; the last token's scores are of it.</summary>
    /// <param name="tokens">Above 0.</param>
    /// <param name="before">Positions before it, already in the cache.</param>
    /// <exception cref="PlanException">A number is out of its range.</exception>
    public double OfPrompt(double tokens, double before) => CostOfPrompt(tokens, before).Seconds;

    /// <summary>Seconds of one step that writes a token of each of some texts and reads a piece of a prompt.</summary>
    /// <param name="texts">From 0.</param>
    /// <param name="depth">Positions before each of their tokens, on average.</param>
    /// <param name="tokens">Of the piece, from 0.</param>
    /// <param name="before">Positions before the piece.</param>
    /// <exception cref="PlanException">A number is out of its range.</exception>
    public double OfStep(int texts, double depth, double tokens, double before) => CostOfStep(texts, depth, tokens, before).Seconds;

    /// <summary>As <see cref="OfDecode"/>, by what it is for.</summary>
    public StepCost CostOfDecode(int texts, double depth)
    {
        Require(texts is >= 1 and <= MostTexts, nameof(texts), $"1 to {MostTexts}", texts);
        return CostOfStep(texts, depth, 0, 0);
    }

    /// <summary>As <see cref="OfPrompt"/>, by what it is for.</summary>
    public StepCost CostOfPrompt(double tokens, double before)
    {
        RequirePositions(tokens, nameof(tokens));
        RequirePositions(before, nameof(before));
        Require(tokens > 0, nameof(tokens), "above 0", tokens);
        double piece = Machine.StepTokens;
        long whole = (long)Math.Ceiling(tokens / piece) - 1;        // the last piece is scored, and may be shorter
        return PieceSum.Of(whole, done => Cost(0, 0, piece, before + done * piece, scored: 0))
            + Cost(0, 0, tokens - whole * piece, before + whole * piece, scored: 1);
    }

    /// <summary>As <see cref="OfStep"/>, by what it is for.</summary>
    public StepCost CostOfStep(int texts, double depth, double tokens, double before)
    {
        Require(texts is >= 0 and <= MostTexts, nameof(texts), $"0 to {MostTexts}", texts);
        RequirePositions(depth, nameof(depth));
        RequirePositions(tokens, nameof(tokens));
        RequirePositions(before, nameof(before));
        Require(texts > 0 || tokens > 0, nameof(tokens), "above 0 where no text is written", tokens);
        return Cost(texts, depth, tokens, before, scored: texts + (tokens > 0 ? 1 : 0));
    }

    /// <summary>As <see cref="CostOfStep"/>, with scores of any number of its tokens.</summary>
    internal StepCost Cost(int texts, double depth, double tokens, double before, int scored)
    {
        double rows = texts + tokens, bytes = 0, operations = 0;
        foreach (StepWeight weight in _weights)
        {
            double through = weight.Role == WeightRole.Output ? scored : rows;
            if (through == 0) continue;
            bytes += weight.UsedBy(through) * weight.Bytes;
            operations += 2 * weight.Used * weight.Values * through;
        }
        double pairs = (texts > 0 ? texts * ModelWork.AttentionOfPiece(_shape, depth, 1) : 0)
            + (tokens > 0 ? ModelWork.AttentionOfPiece(_shape, before, tokens) : 0);
        double cached = texts * _cache.BytesSeen(depth + 1) + (tokens > 0 ? _cache.BytesSeen(before + tokens) : 0);
        StepCost counted = new(bytes, cached, operations, 2 * pairs, 0, 0, 0, 0);
        return _engine is null ? ByRoofline(counted, rows, scored) : AsMeasured(_engine, counted, texts, depth, tokens, before, scored);
    }

    private StepCost ByRoofline(StepCost counted, double rows, int scored)
    {
        double share = Options.Reached * Options.Count, bytesPerSecond = Machine.BytesPerSecond * share, seconds = 0, waiting = 0;
        foreach (StepWeight weight in _weights)
        {
            double through = weight.Role == WeightRole.Output ? scored : rows;
            if (through == 0) continue;
            double reading = weight.UsedBy(through) * weight.Bytes / bytesPerSecond;
            double computing = 2 * weight.Used * weight.Values * through / (RateOf(weight) * share);
            seconds += Math.Max(reading, computing);
            if (reading >= computing) waiting += reading;
        }
        double fetching = counted.CacheBytes / bytesPerSecond, attending = counted.AttentionOperations / (Machine.OperationsPerSecond * share);
        if (fetching >= attending) waiting += fetching;
        return counted with { WeightSeconds = seconds, AttentionSeconds = Math.Max(fetching, attending), MemorySeconds = waiting };
    }

    private StepCost AsMeasured(MeasuredTime engine, StepCost counted, int texts, double depth, double tokens, double before, int scored)
    {
        double fromMemory = Machine.Engine!.FromMemory(counted.WeightBytes + counted.CacheBytes), rows = texts + tokens;
        double weights = engine.Weights(rows, scored, fromMemory);
        double attention = texts == 0 ? 0 : engine.Writing(texts, depth, fromMemory);
        if (tokens > 0) attention += engine.Reading(part => ModelWork.Pairs(before, tokens, part.Window));
        double waiting = fromMemory * (counted.WeightBytes + counted.CacheBytes) / Machine.BytesPerSecond;
        return counted with
        {
            WeightSeconds = weights,
            AttentionSeconds = attention,
            OtherSeconds = engine.Others(rows, scored),
            MemorySeconds = Math.Min(waiting, weights + attention),
        };
    }

    private double RateOf(StepWeight weight) =>
        weight.Type is null ? Machine.Float8OperationsPerSecond ?? Machine.OperationsPerSecond
        : weight.IsQuantized ? Machine.Int8OperationsPerSecond ?? Machine.OperationsPerSecond
        : Machine.OperationsPerSecond;

    private static void RequirePositions(double number, string name) => Require(number is >= 0 and <= 1L << 30, name, $"0 to {1L << 30}", number);

    private static void Require(bool holds, string option, string expected, double found)
    {
        if (!holds) throw new PlanException("plan-option", option, expected, found.ToString(CultureInfo.InvariantCulture));
    }
}
