using System.Collections.Frozen;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Extensions.AI;

/// <summary>An option that Microsoft.Extensions.AI has no property for: a name in <c>AdditionalProperties</c>, the HTTP API's.</summary>
/// <param name="SamplerProperty">The property of <see cref="SamplerOptions"/> that it sets; null where it sets none.</param>
/// <param name="Set">Sets it.</param>
internal sealed record NamedOption(string? SamplerProperty, Func<GenerationOptions, NamedValue, GenerationOptions> Set)
{
    private static readonly FrozenDictionary<string, NamedOption> All = new Dictionary<string, NamedOption>
    {
        ["min_p"] = Sampler(nameof(SamplerOptions.MinP), (o, value) => o with { MinP = value.Number }),
        ["typical_p"] = Sampler(nameof(SamplerOptions.TypicalP), (o, value) => o with { TypicalP = value.Number }),
        ["top_n_sigma"] = Sampler(nameof(SamplerOptions.TopNSigma), (o, value) => o with { TopNSigma = value.Number }),
        ["xtc_probability"] = Sampler(nameof(SamplerOptions.XtcProbability), (o, value) => o with { XtcProbability = value.Number }),
        ["xtc_threshold"] = Sampler(nameof(SamplerOptions.XtcThreshold), (o, value) => o with { XtcThreshold = value.Number }),
        ["dynatemp_range"] = Sampler(nameof(SamplerOptions.DynatempRange), (o, value) => o with { DynatempRange = value.Number }),
        ["dynatemp_exponent"] = Sampler(nameof(SamplerOptions.DynatempExponent), (o, value) => o with { DynatempExponent = value.Number }),
        ["mirostat"] = Sampler(nameof(SamplerOptions.Mirostat), (o, value) => o with { Mirostat = value.Whole }),
        ["mirostat_tau"] = Sampler(nameof(SamplerOptions.MirostatTau), (o, value) => o with { MirostatTau = value.Number }),
        ["mirostat_eta"] = Sampler(nameof(SamplerOptions.MirostatEta), (o, value) => o with { MirostatEta = value.Number }),
        ["repetition_penalty"] = Sampler(nameof(SamplerOptions.RepetitionPenalty), (o, value) => o with { RepetitionPenalty = value.Number }),
        ["penalty_window"] = Sampler(nameof(SamplerOptions.PenaltyWindow), (o, value) => o with { PenaltyWindow = value.Whole }),
        ["no_repeat_ngram"] = Sampler(nameof(SamplerOptions.NoRepeatNgram), (o, value) => o with { NoRepeatNgram = value.Whole }),
        ["dry_multiplier"] = Sampler(nameof(SamplerOptions.DryMultiplier), (o, value) => o with { DryMultiplier = value.Number }),
        ["dry_base"] = Sampler(nameof(SamplerOptions.DryBase), (o, value) => o with { DryBase = value.Number }),
        ["dry_allowed_length"] = Sampler(nameof(SamplerOptions.DryAllowedLength), (o, value) => o with { DryAllowedLength = value.Whole }),
        ["dry_window"] = Sampler(nameof(SamplerOptions.DryWindow), (o, value) => o with { DryWindow = value.Whole }),
        ["dry_breakers"] = Sampler(nameof(SamplerOptions.DryBreakers), (o, value) => o with { DryBreakers = value.Texts }),
        ["samplers"] = Sampler(nameof(SamplerOptions.Samplers), (o, value) => o with { Samplers = value.Texts }),
        ["allowed_token_ids"] = Sampler(nameof(SamplerOptions.AllowedIds), (o, value) => o with { AllowedIds = value.Ids }),
        ["banned_token_ids"] = Sampler(nameof(SamplerOptions.BannedIds), (o, value) => o with { BannedIds = value.Ids }),
        ["min_tokens"] = new(null, (o, value) => o with { MinTokens = value.Whole }),
        ["ignore_eos"] = new(null, (o, value) => o with { IgnoreEnd = value.Flag }),
        ["time_limit"] = new(null, (o, value) => o with { TimeLimit = value.Seconds }),
        ["loop_ngram"] = new(null, (o, value) => o with { LoopNgram = value.Whole }),
        ["loop_repeats"] = new(null, (o, value) => o with { LoopRepeats = value.Whole }),
        ["logprobs"] = new(null, (o, value) => o with { Logprobs = value.Whole }),
        ["explain"] = new(null, (o, value) => o with { Explain = value.Flag }),
        ["hash_logits"] = new(null, (o, value) => o with { HashLogits = value.Flag }),
        ["cache_salt"] = new(null, (o, value) => o with { CacheSalt = value.Text }),
        ["priority"] = new(null, (o, value) => o with { Priority = value.Whole }),
        ["start_within"] = new(null, (o, value) => o with { StartWithin = value.Seconds }),
    }.ToFrozenDictionary();

    private static IEnumerable<string> Names => All.Keys.Append(TemplateProperties.Name).Order(StringComparer.Ordinal);

    /// <summary>The option of a name.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static NamedOption Of(string name) => All.TryGetValue(name, out NamedOption? option)
        ? option
        : throw new NotSupportedException(
            $"AdditionalProperties: there is no option {name}. Expected {string.Join(", ", Names)}; " +
            "all that the engine has can be set by a GenerationOptions from RawRepresentationFactory.");

    private static NamedOption Sampler(string property, Func<SamplerOptions, NamedValue, SamplerOptions> set) =>
        new(property, (options, value) => options with { Sampling = set(options.Sampling, value) });
}
