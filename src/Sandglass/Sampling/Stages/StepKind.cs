namespace Sandglass.Sampling;

/// <summary>What a kind of stage is for, which decides when it runs.</summary>
internal enum StepRole
{
    /// <summary>Decides what may be chosen at all: runs first unless named, also where the likeliest token is taken.</summary>
    Rule,

    /// <summary>Changes logits by what was written: also where the likeliest token is taken.</summary>
    Penalty,

    /// <summary>Removes unlikely tokens: has no effect where the likeliest is taken.</summary>
    Filter,

    /// <summary>Sharpens or flattens.</summary>
    Temperature,

    /// <summary>Replaces the filters, at the end.</summary>
    Mirostat,
}

/// <summary>A kind of stage: its name, the options that belong to it, and how it is made from them.</summary>
/// <param name="Name">As in <see cref="SamplerOptions.Samplers"/> and in explanations.</param>
/// <param name="Role">When it runs.</param>
/// <param name="Aliases">Other names that the field has for it, with commas between them.</param>
/// <param name="Options">The values that belong to it, by the names of their properties.</param>
/// <param name="IsOn">Whether it has an effect with these options.</param>
/// <param name="Create">Makes the stage.</param>
/// <param name="Switches">The first this many options switch it on; the others do nothing alone.</param>
internal sealed record StepKind(
    string Name,
    StepRole Role,
    string Aliases,
    (string Option, Func<SamplerOptions, object?> Value)[] Options,
    Func<SamplerOptions, SamplerText, bool> IsOn,
    Func<SamplerOptions, SamplerText, SamplerStep> Create,
    int Switches = 1)
{
    private static readonly SamplerOptions Usual = new();

    /// <summary>All of them in the default order, llama.cpp's.</summary>
    internal static readonly StepKind[] All =
    [
        new("logit_bias", StepRole.Rule, "", [(nameof(SamplerOptions.LogitBias), o => o.LogitBias)],
            (o, _) => o.LogitBias?.Count > 0,
            (o, _) => new LogitBias(o.LogitBias)),
        new("allowed", StepRole.Rule, "allow_ids,allowed_ids,allowed_tokens", [(nameof(SamplerOptions.AllowedIds), o => o.AllowedIds)],
            (o, _) => o.AllowedIds is not null,
            (o, _) => new Allowed(o.AllowedIds)),
        new("banned", StepRole.Rule, "ban_ids,banned_ids,banned_tokens", [(nameof(SamplerOptions.BannedIds), o => o.BannedIds)],
            (o, t) => o.BannedIds?.Count > 0 || t.IgnoreEnd,
            (o, t) => new Banned([.. o.BannedIds ?? [], .. t.IgnoreEnd ? t.EndIds : []])),
        new("min_tokens", StepRole.Rule, "", [],
            (_, t) => t.MinTokens > 0,
            (_, t) => new MinTokens(t.MinTokens, t.PromptLength, t.EndIds)),
        new("no_repeat_ngram", StepRole.Rule, "no_repeat_ngram_size", [(nameof(SamplerOptions.NoRepeatNgram), o => o.NoRepeatNgram)],
            (o, _) => o.NoRepeatNgram > 0,
            (o, _) => new NoRepeatNgram(o.NoRepeatNgram)),
        new("penalties", StepRole.Penalty, "repetition_penalty",
            [
                (nameof(SamplerOptions.RepetitionPenalty), o => o.RepetitionPenalty),
                (nameof(SamplerOptions.FrequencyPenalty), o => o.FrequencyPenalty),
                (nameof(SamplerOptions.PresencePenalty), o => o.PresencePenalty),
                (nameof(SamplerOptions.PenaltyWindow), o => o.PenaltyWindow),
            ],
            (o, _) => o.RepetitionPenalty != 1 || o.FrequencyPenalty != 0 || o.PresencePenalty != 0,
            (o, _) => new Penalties(o.RepetitionPenalty, o.FrequencyPenalty, o.PresencePenalty, o.PenaltyWindow),
            Switches: 3),
        new("dry", StepRole.Penalty, "",
            [
                (nameof(SamplerOptions.DryMultiplier), o => o.DryMultiplier),
                (nameof(SamplerOptions.DryBase), o => o.DryBase),
                (nameof(SamplerOptions.DryAllowedLength), o => o.DryAllowedLength),
                (nameof(SamplerOptions.DryWindow), o => o.DryWindow),
                (nameof(SamplerOptions.DryBreakers), o => o.DryBreakers),
            ],
            (o, _) => o.DryMultiplier > 0,
            (o, t) => new Dry(o.DryMultiplier, o.DryBase, o.DryAllowedLength, o.DryWindow, o.DryMultiplier > 0 ? t.Breakers() : SequenceBreakers.None)),
        new("top_n_sigma", StepRole.Filter, "", [(nameof(SamplerOptions.TopNSigma), o => o.TopNSigma)],
            (o, _) => o.TopNSigma > 0,
            (o, _) => new TopNSigma(o.TopNSigma)),
        new("top_k", StepRole.Filter, "topk", [(nameof(SamplerOptions.TopK), o => o.TopK)],
            (o, _) => o.TopK > 0,
            (o, _) => new TopK(o.TopK)),
        new("typical_p", StepRole.Filter, "typ_p,typ,typical", [(nameof(SamplerOptions.TypicalP), o => o.TypicalP)],
            (o, _) => o.TypicalP < 1,
            (o, _) => new TypicalP(o.TypicalP)),
        new("top_p", StepRole.Filter, "topp,nucleus", [(nameof(SamplerOptions.TopP), o => o.TopP)],
            (o, _) => o.TopP < 1,
            (o, _) => new TopP(o.TopP)),
        new("min_p", StepRole.Filter, "minp", [(nameof(SamplerOptions.MinP), o => o.MinP)],
            (o, _) => o.MinP > 0,
            (o, _) => new MinP(o.MinP)),
        new("xtc", StepRole.Filter, "",
            [(nameof(SamplerOptions.XtcProbability), o => o.XtcProbability), (nameof(SamplerOptions.XtcThreshold), o => o.XtcThreshold)],
            (o, _) => o.XtcProbability > 0,
            (o, _) => new Xtc(o.XtcProbability, o.XtcThreshold)),
        new("temperature", StepRole.Temperature, "temp,temp_ext",
            [
                (nameof(SamplerOptions.Temperature), o => o.Temperature),
                (nameof(SamplerOptions.DynatempRange), o => o.DynatempRange),
                (nameof(SamplerOptions.DynatempExponent), o => o.DynatempExponent),
            ],
            (_, _) => true,
            (o, _) => new Temperature(o.Temperature, o.DynatempRange, o.DynatempExponent)),
        new("mirostat", StepRole.Mirostat, "mirostat_v2",
            [
                (nameof(SamplerOptions.Mirostat), o => o.Mirostat),
                (nameof(SamplerOptions.MirostatTau), o => o.MirostatTau),
                (nameof(SamplerOptions.MirostatEta), o => o.MirostatEta),
            ],
            (o, _) => o.Mirostat > 0,
            (o, _) => new Mirostat(o.Mirostat, o.MirostatTau, o.MirostatEta)),
    ];

    /// <summary>The names of those that are neither rules nor mirostat.</summary>
    internal static readonly IReadOnlyList<string> DefaultOrder =
        [.. All.Where(kind => kind.Role is not (StepRole.Rule or StepRole.Mirostat)).Select(kind => kind.Name)];

    /// <summary>The kind of a name or alias, with dashes or underscores, in any case of letters; null for none.</summary>
    internal static StepKind? Find(string name)
    {
        string plain = name.Replace('-', '_').ToLowerInvariant();
        return Array.Find(All, kind => kind.Name == plain || kind.Aliases.Split(',').Contains(plain));
    }

    /// <summary>The kind that an option belongs to; null where it belongs to none, as the seed.</summary>
    internal static StepKind? Of(string option) => Array.Find(All, kind => kind.Options.Any(own => own.Option == option));

    /// <summary>The first of its options that was set, on purpose or to another value than the usual one; null for none.</summary>
    internal string? Set(SamplerOptions options)
    {
        foreach ((string option, Func<SamplerOptions, object?> value) in Options)
        {
            if (options.Given.Contains(option) || !Equals(value(options), value(Usual))) return option;
        }
        return null;
    }

    /// <summary>The first option that was set on purpose and does nothing without another; null for none. Of a kind that does not run.</summary>
    internal string? Idle(SamplerOptions options)
    {
        if (Options.Take(Switches).Any(given => options.Given.Contains(given.Option))) return null;
        return Options.Skip(Switches).Select(given => given.Option).FirstOrDefault(options.Given.Contains);
    }
}
