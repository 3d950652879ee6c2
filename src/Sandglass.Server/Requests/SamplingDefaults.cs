using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>The defaults of OpenAI and of the model file beside what a request says: they never contradict it, and one whose stage does not run is
/// none.</summary>
internal static class SamplingDefaults
{
    // what each parameter of the draw is when it changes nothing
    private static readonly SamplerOptions Neutral = new() { Temperature = 1, TopK = 0, TopP = 1, MinP = 0 }, Usual = new();

    /// <summary>Those of a request.</summary>
    public static SamplerOptions Beside(RequestDraft draft) => WithoutIdle(draft, WithoutOrder(draft, WithoutMirostat(draft, WithoutGreed(draft))));

    /// <summary>For beams, which draw nothing.</summary>
    public static SamplerOptions WithoutDraw(SamplerOptions options) => options with
    {
        Temperature = Neutral.Temperature,
        TopK = Neutral.TopK,
        TopP = Neutral.TopP,
        MinP = Neutral.MinP,
        XtcProbability = Neutral.XtcProbability,
        Mirostat = Neutral.Mirostat,
        Samplers = null,
    };

    /// <summary>Whether a property of the draw changes nothing, also where the likeliest token is taken.</summary>
    public static bool IsNeutral(string property, SamplerOptions options) => property switch
    {
        nameof(SamplerOptions.Temperature) => options.Temperature is 0 or 1,
        nameof(SamplerOptions.TopP) => options.TopP == 1,
        nameof(SamplerOptions.TopK) => options.TopK == 0,
        nameof(SamplerOptions.MinP) => options.MinP == 0,
        nameof(SamplerOptions.TypicalP) => options.TypicalP == 1,
        nameof(SamplerOptions.TopNSigma) => options.TopNSigma == 0,
        nameof(SamplerOptions.XtcProbability) => options.XtcProbability == 0,
        nameof(SamplerOptions.DynatempRange) => options.DynatempRange == 0,
        nameof(SamplerOptions.Mirostat) => options.Mirostat == 0,
        _ => false,
    };

    /// <summary>A file's temperature of 0 makes way where the request asks for what needs a draw.</summary>
    private static SamplerOptions WithoutGreed(RequestDraft draft)
    {
        SamplerOptions options = draft.Sampling;
        bool draws = options.DynatempRange > 0 || (draft.Has("mirostat") && options.Mirostat > 0);
        return options.Temperature == 0 && draws && !draft.Has("temperature") ? options with { Temperature = Neutral.Temperature } : options;
    }

    /// <summary>A file's mirostat makes way where the request filters, names stages without it, or takes the likeliest token.</summary>
    private static SamplerOptions WithoutMirostat(RequestDraft draft, SamplerOptions options)
    {
        if (options.Mirostat == 0 || draft.Has("mirostat")) return options;
        bool filters = SamplingParameters.All.Any(row =>
            draft.Has(row.Name) && StepKind.Of(row.Property!)?.Role == StepRole.Filter && !IsNeutral(row.Property!, options));
        bool stays = options.Temperature > 0 && !filters && (options.Samplers is null || Names(options.Samplers, "mirostat"));
        return stays ? options : options with
        {
            Mirostat = 0,
            MirostatTau = draft.Has("mirostat_tau") ? options.MirostatTau : Usual.MirostatTau,
            MirostatEta = draft.Has("mirostat_eta") ? options.MirostatEta : Usual.MirostatEta,
        };
    }

    /// <summary>A file's order of stages makes way where the request sets what belongs to a stage that is not in it.</summary>
    private static SamplerOptions WithoutOrder(RequestDraft draft, SamplerOptions options)
    {
        if (options.Samplers is not IReadOnlyList<string> order || draft.Has("samplers")) return options;
        bool needsMore = SamplingParameters.All.Any(row =>
            draft.Has(row.Name) && StepKind.Of(row.Property!) is StepKind { Role: not StepRole.Rule } kind && !Names(order, kind.Name));
        return needsMore ? options with { Samplers = null } : options;
    }

    private static SamplerOptions WithoutIdle(RequestDraft draft, SamplerOptions options)
    {
        bool Runs(string stage, string parameter) => draft.Has(parameter) || Names(options.Samplers, stage);
        if (options.Samplers is not null) return options with
        {
            Temperature = Runs("temperature", "temperature") ? options.Temperature : Usual.Temperature,
            TopK = Runs("top_k", "top_k") ? options.TopK : Usual.TopK,
            TopP = Runs("top_p", "top_p") ? options.TopP : Usual.TopP,
            MinP = Runs("min_p", "min_p") ? options.MinP : Usual.MinP,
            XtcProbability = Runs("xtc", "xtc_probability") ? options.XtcProbability : Usual.XtcProbability,
            XtcThreshold = Runs("xtc", "xtc_threshold") ? options.XtcThreshold : Usual.XtcThreshold,
            RepetitionPenalty = Runs("penalties", "repetition_penalty") ? options.RepetitionPenalty : Usual.RepetitionPenalty,
            PenaltyWindow = Runs("penalties", "penalty_window") ? options.PenaltyWindow : Usual.PenaltyWindow,
            MirostatTau = Runs("mirostat", "mirostat_tau") ? options.MirostatTau : Usual.MirostatTau,
            MirostatEta = Runs("mirostat", "mirostat_eta") ? options.MirostatEta : Usual.MirostatEta,
        };
        return options.Mirostat == 0 ? options : options with
        {
            TopK = draft.Has("top_k") ? options.TopK : Neutral.TopK,
            TopP = draft.Has("top_p") ? options.TopP : Neutral.TopP,
            MinP = draft.Has("min_p") ? options.MinP : Neutral.MinP,
            XtcProbability = draft.Has("xtc_probability") ? options.XtcProbability : Neutral.XtcProbability,
        };
    }

    private static bool Names(IReadOnlyList<string>? samplers, string stage) =>
        samplers?.SelectMany(list => list.Split([';', ','], StringSplitOptions.TrimEntries)).Any(name => StepKind.Find(name)?.Name == stage) == true;
}
