using Sandglass.Sampling;
using static Sandglass.Server.Forms;

namespace Sandglass.Server;

/// <summary>How a token is chosen from the logits.</summary>
internal static class SamplingParameters
{
    private const int MostIds = 1 << 20;

    public static IReadOnlyList<Parameter> All { get; } =
    [
        OfDraw("temperature", new RealType(0, 2), "Below 1 safer, above 1 wilder; 0 takes the likeliest token always. Default 1.",
            static (o, value) => o with { Temperature = value }, nameof(SamplerOptions.Temperature)),
        OfDraw("top_p", ShareAboveZero, "Keeps the likeliest tokens that together have this probability. Default 1, all.",
            static (o, value) => o with { TopP = value }, nameof(SamplerOptions.TopP)),
        OfDraw("top_k", new WholeType(-1, int.MaxValue), "Keeps this many of the likeliest tokens; 0 or -1 keeps all. Default 0.",
            static (o, value) => o with { TopK = Math.Max(0, value) }, nameof(SamplerOptions.TopK)),
        OfDraw("min_p", Share, "Keeps tokens with at least this share of the likeliest one's probability. Default 0, all.",
            static (o, value) => o with { MinP = value }, nameof(SamplerOptions.MinP)),
        OfDraw("typical_p", ShareAboveZero, "Keeps the tokens whose surprise is nearest to the entropy, up to this probability. Default 1, all.",
            static (o, value) => o with { TypicalP = value }, nameof(SamplerOptions.TypicalP)),
        OfDraw("top_n_sigma", new RealType(0, 1e9), "Keeps tokens whose logit is at most this many standard deviations below the largest. Default 0, all.",
            static (o, value) => o with { TopNSigma = value }, nameof(SamplerOptions.TopNSigma)),
        OfDraw("xtc_probability", Share, "How often the likeliest tokens are excluded, but for the last of them. Default 0.",
            static (o, value) => o with { XtcProbability = value }, nameof(SamplerOptions.XtcProbability)),
        OfDraw("xtc_threshold", new RealType(0, 0.5), "With `xtc_probability`: what makes a token one of them. Default 0.1.",
            static (o, value) => o with { XtcThreshold = value }, nameof(SamplerOptions.XtcThreshold)),
        OfDraw("dynatemp_range", new RealType(0, 1e9), "Lets the temperature move by up to this, following the entropy. Default 0.",
            static (o, value) => o with { DynatempRange = value }, nameof(SamplerOptions.DynatempRange)),
        OfDraw("dynatemp_exponent", new RealType(0, 1000), "With `dynatemp_range`: the power of the entropy's share that moves it. Default 1.",
            static (o, value) => o with { DynatempExponent = value }, nameof(SamplerOptions.DynatempExponent)),
        OfDraw("mirostat", new WholeType(0, 2), "1 or 2 keeps the surprise of the text near `mirostat_tau` instead of filtering. Default 0.",
            static (o, value) => o with { Mirostat = value }, nameof(SamplerOptions.Mirostat)),
        OfDraw("mirostat_tau", new RealType(0, 1000), "With `mirostat`: the surprise to aim at, in bits a token. Default 5.",
            static (o, value) => o with { MirostatTau = value }, nameof(SamplerOptions.MirostatTau)),
        OfDraw("mirostat_eta", new RealType(0, 1000), "With `mirostat`: how fast it learns. Default 0.1.",
            static (o, value) => o with { MirostatEta = value }, nameof(SamplerOptions.MirostatEta)),
        OfDraw("samplers", new TextsType(16, 200, mayBeEmpty: false),
            "Exactly these stages in this order, for instance `[\"penalties\", \"top_k\", \"temperature\"]`.",
            static (o, value) => o with { Samplers = value }, nameof(SamplerOptions.Samplers)),
        Parameter.Of("seed", ApiRoutes.Text, new SeedType(),
            "The same seed gives the same text; without it a random one, which the answer tells. Of several texts each further one has the next.",
            static (draft, value) => (draft.Sampling, draft.IsSeedNegative) = (draft.Sampling with { Seed = value.Bits }, value.IsNegative),
            nameof(SamplerOptions.Seed)),
        Row("frequency_penalty", Penalty, "Takes this from a token's logit for each time that it occurred, in the prompt too. Default 0.",
            static (o, value) => o with { FrequencyPenalty = value }, nameof(SamplerOptions.FrequencyPenalty)),
        Row("presence_penalty", Penalty, "Takes this from a token's logit if it occurred, in the prompt too. Default 0.",
            static (o, value) => o with { PresencePenalty = value }, nameof(SamplerOptions.PresencePenalty)),
        Row("repetition_penalty", new RealType(0.001, 1000), "Divides the logits of tokens that occurred, in the prompt too. Default 1.",
            static (o, value) => o with { RepetitionPenalty = value }, nameof(SamplerOptions.RepetitionPenalty)) with { Aliases = ["repeat_penalty"] },
        Row("penalty_window", new WindowType(), "How many of the last tokens the penalties count; -1, the default, for all.",
            static (o, value) => o with { PenaltyWindow = value }, nameof(SamplerOptions.PenaltyWindow)) with { Aliases = ["repeat_last_n"] },
        Row("no_repeat_ngram", FromZero, "No run of this many tokens is written twice, prompt included; 0, the default, allows it.",
            static (o, value) => o with { NoRepeatNgram = value }, nameof(SamplerOptions.NoRepeatNgram)) with { Aliases = ["no_repeat_ngram_size"] },
        Row("dry_multiplier", new RealType(0, 1e6),
            "Takes multiplier * base^(length - allowed length) from a token that would continue a repetition. Default 0.",
            static (o, value) => o with { DryMultiplier = value }, nameof(SamplerOptions.DryMultiplier)),
        Row("dry_base", new RealType(1, 1000), "With `dry_multiplier`: the base. Default 1.75.",
            static (o, value) => o with { DryBase = value }, nameof(SamplerOptions.DryBase)),
        Row("dry_allowed_length", FromOne, "With `dry_multiplier`: repetitions shorter than this are free. Default 2.",
            static (o, value) => o with { DryAllowedLength = value }, nameof(SamplerOptions.DryAllowedLength)),
        Row("dry_window", new WindowType(), "With `dry_multiplier`: how many of the last tokens are searched; -1, the default, for all.",
            static (o, value) => o with { DryWindow = value }, nameof(SamplerOptions.DryWindow)) with { Aliases = ["dry_penalty_last_n"] },
        Row("dry_breakers", new TextsType(64, 128), "With `dry_multiplier`: texts over which no repetition reaches. Default line break, colon, quote, star.",
            static (o, value) => o with { DryBreakers = value }, nameof(SamplerOptions.DryBreakers)) with { Aliases = ["dry_sequence_breakers"] },
        Row("logit_bias", new BiasType(MostIds), "Adds to the logits of some token ids: `{\"440\": 2.5}`.",
            static (o, value) => o with { LogitBias = value }, nameof(SamplerOptions.LogitBias)),
        Row("allowed_token_ids", new IdsType(MostIds, least: 1), "The only token ids that may be chosen.",
            static (o, value) => o with { AllowedIds = value }, nameof(SamplerOptions.AllowedIds)),
        Row("banned_token_ids", new IdsType(MostIds), "Token ids that are never chosen.",
            static (o, value) => o with { BannedIds = value }, nameof(SamplerOptions.BannedIds)),
    ];

    private static Parameter Row<T>(
        string name, ParameterType<T> type, string meaning, Func<SamplerOptions, T, SamplerOptions> set, string property) =>
        Parameter.Of(name, ApiRoutes.Text, type, meaning, (draft, value) => draft.Sampling = set(draft.Sampling, value), property);

    private static Parameter OfDraw<T>(
        string name, ParameterType<T> type, string meaning, Func<SamplerOptions, T, SamplerOptions> set, string property) =>
        Row(name, type, meaning, set, property) with { IsOfDraw = true };
}
