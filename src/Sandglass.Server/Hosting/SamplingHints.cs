using System.Globalization;
using Sandglass.ModelFiles;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>How a model file wants its texts to be drawn: the <c>general.sampling</c> entries of its metadata, all that llama.cpp reads. Null where it says
/// nothing.</summary>
public sealed record SamplingHints
{
    private const string Prefix = "general.sampling.";

    private static readonly SamplerOptions Usual = new();

    /// <summary>A file that says nothing.</summary>
    public static SamplingHints None { get; } = new();

    /// <summary><see cref="SamplerOptions.Temperature"/>.</summary>
    public double? Temperature { get; init; }

    /// <summary><see cref="SamplerOptions.TopK"/>.</summary>
    public int? TopK { get; init; }

    /// <summary><see cref="SamplerOptions.TopP"/>.</summary>
    public double? TopP { get; init; }

    /// <summary><see cref="SamplerOptions.MinP"/>.</summary>
    public double? MinP { get; init; }

    /// <summary><see cref="SamplerOptions.XtcProbability"/>.</summary>
    public double? XtcProbability { get; init; }

    /// <summary><see cref="SamplerOptions.XtcThreshold"/>.</summary>
    public double? XtcThreshold { get; init; }

    /// <summary><see cref="SamplerOptions.RepetitionPenalty"/>.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary><see cref="SamplerOptions.PenaltyWindow"/>.</summary>
    public int? PenaltyWindow { get; init; }

    /// <summary><see cref="SamplerOptions.Mirostat"/>.</summary>
    public int? Mirostat { get; init; }

    /// <summary><see cref="SamplerOptions.MirostatTau"/>.</summary>
    public double? MirostatTau { get; init; }

    /// <summary><see cref="SamplerOptions.MirostatEta"/>.</summary>
    public double? MirostatEta { get; init; }

    /// <summary><see cref="SamplerOptions.Samplers"/>; null also where it is the usual order.</summary>
    public IReadOnlyList<string>? Samplers { get; init; }

    /// <summary>OpenAI's defaults, temperature 1 and no filter, and over them what the file says.</summary>
    public SamplerOptions Defaults => new()
    {
        Temperature = Temperature ?? 1,
        TopK = TopK ?? 0,
        TopP = TopP ?? 1,
        MinP = MinP ?? 0,
        XtcProbability = XtcProbability ?? Usual.XtcProbability,
        XtcThreshold = XtcThreshold ?? Usual.XtcThreshold,
        RepetitionPenalty = RepetitionPenalty ?? 1,
        PenaltyWindow = PenaltyWindow,
        Mirostat = Mirostat ?? Usual.Mirostat,
        MirostatTau = MirostatTau ?? Usual.MirostatTau,
        MirostatEta = MirostatEta ?? Usual.MirostatEta,
        Samplers = Samplers,
    };

    /// <summary>Those of a file, read as llama.cpp reads them. One that makes no sense is as good as none.</summary>
    internal static SamplingHints Of(Metadata metadata)
    {
        int? window = Whole(metadata, "penalty_last_n", least: -1, int.MaxValue);
        double? temperature = Number(metadata, "temp", value => value is >= 0 and <= 1e9);
        return new SamplingHints
        {
            Temperature = temperature,
            TopK = Whole(metadata, "top_k", int.MinValue, int.MaxValue) is int k ? Math.Max(0, k) : null,       // below 1: all
            TopP = Number(metadata, "top_p", value => value is > 0 and <= 1),
            MinP = Number(metadata, "min_p", value => value is >= 0 and <= 1),
            XtcProbability = Number(metadata, "xtc_threshold", _ => true) > 0.5 ? null      // no token is one of two such
                : Number(metadata, "xtc_probability", value => value is >= 0 and <= 1),
            XtcThreshold = Number(metadata, "xtc_threshold", value => value is >= 0 and <= 0.5),
            RepetitionPenalty = window == 0 ? null : Number(metadata, "penalty_repeat", value => value is >= 0.001 and <= 1000),
            PenaltyWindow = window > 0 ? window : null,
            Mirostat = temperature == 0 ? null : Whole(metadata, "mirostat", 0, 2),
            MirostatTau = Number(metadata, "mirostat_tau", value => value is >= 0 and <= 1000),
            MirostatEta = Number(metadata, "mirostat_eta", value => value is >= 0 and <= 1000),
        }.InOrder(Order(metadata));
    }

    /// <summary>With an order of stages, and without what belongs to a stage that it leaves out. Mirostat, as in llama.cpp, takes the place of any
    /// order.</summary>
    private SamplingHints InOrder(string[]? order)
    {
        if (order is null || Mirostat > 0) return this;
        bool Runs(string stage) => order.Contains(stage);
        return this with
        {
            Samplers = order,
            Temperature = Runs("temperature") ? Temperature : null,
            TopK = Runs("top_k") ? TopK : null,
            TopP = Runs("top_p") ? TopP : null,
            MinP = Runs("min_p") ? MinP : null,
            XtcProbability = Runs("xtc") ? XtcProbability : null,
            RepetitionPenalty = Runs("penalties") ? RepetitionPenalty : null,
        };
    }

    private static string[]? Order(Metadata metadata)
    {
        if (metadata.Values.GetValueOrDefault(Prefix + "sequence") is not string names) return null;
        StepKind[] kinds = [.. names.Split(';', StringSplitOptions.TrimEntries).Select(StepKind.Find).OfType<StepKind>()
            .Where(kind => kind.Role is StepRole.Penalty or StepRole.Filter or StepRole.Temperature).Distinct()];
        string[] order = [.. kinds.Select(kind => kind.Name)];
        return order.Length == 0 || order.SequenceEqual(SamplerOptions.DefaultOrder) ? null : order;
    }

    private static int? Whole(Metadata metadata, string key, int least, int most) =>
        Number(metadata, key, value => value >= least && value <= most && value == Math.Truncate(value)) is double whole ? (int)whole : null;

    private static double? Number(Metadata metadata, string key, Predicate<double> makesSense)
    {
        double? value = metadata.Values.GetValueOrDefault(Prefix + key) switch
        {
            float small => Math.Round(small, 6),    // 0.1 as it was meant
            string text => double.TryParse(text, CultureInfo.InvariantCulture, out double read) ? read : null,
            IConvertible stored and not bool => stored.ToDouble(CultureInfo.InvariantCulture),
            _ => null,
        };
        return value is double number && double.IsFinite(number) && makesSense(number) ? number : null;
    }
}
