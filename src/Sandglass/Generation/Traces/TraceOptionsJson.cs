using System.Text.Json;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>How a text is generated, as JSON: under the API's names and in its forms, so that a run can be asked for again.</summary>
/// <remarks>Temperature, top_k, top_p and min_p always, since their defaults are the tool's here and others in the API; all else where it differs from the
/// default, which is the same in both. Whom pages are shared with is nobody's business, so salts and tenants are left out.</remarks>
internal static class TraceOptionsJson
{
    private static readonly GenerationOptions Usual = new();

    public static void Write(Utf8JsonWriter json, GenerationOptions options)
    {
        if (options.Beams is BeamOptions beams) Beams(json, beams);
        else Sampling(json, options.Sampling);
        Penalties(json, options.Sampling);
        if (options.MaxTokens is int most) json.WriteNumber("max_tokens", most);
        Other(json, "min_tokens", options.MinTokens, Usual.MinTokens);
        Texts(json, "stop", options.Stop);
        Ids(json, "stop_token_ids", options.EndIds);
        Other(json, "ignore_eos", options.IgnoreEnd);
        if (options.TimeLimit is TimeSpan limit) json.WriteNumber("time_limit", limit.TotalSeconds);
        Other(json, "loop_ngram", options.LoopNgram, Usual.LoopNgram);
        if (options.LoopNgram > 0) Other(json, "loop_repeats", options.LoopRepeats, Usual.LoopRepeats);
        Other(json, "top_logprobs", options.Logprobs, Usual.Logprobs);
        Other(json, "hash_logits", options.HashLogits);
        if (options.Draft != DraftKind.None) json.WriteString("draft", options.Draft == DraftKind.Lookup ? "lookup" : "model");
        Ids(json, "prediction_ids", options.Prediction);
        Other(json, "no_cache", options.NoCache);
        if (!options.ShareCache) json.WriteBoolean("cache_prompt", false);
        Other(json, "prefill_chunk", options.PrefillChunk, Usual.PrefillChunk);
        Other(json, "priority", options.Priority, Usual.Priority);
    }

    private static void Sampling(Utf8JsonWriter json, SamplerOptions options)
    {
        SamplerOptions usual = Usual.Sampling;
        json.WriteNumber("temperature", options.Temperature);
        json.WriteNumber("top_k", options.TopK);
        json.WriteNumber("top_p", options.TopP);
        json.WriteNumber("min_p", options.MinP);
        Other(json, "typical_p", options.TypicalP, usual.TypicalP);
        Other(json, "top_n_sigma", options.TopNSigma, usual.TopNSigma);
        Other(json, "xtc_probability", options.XtcProbability, usual.XtcProbability);
        Other(json, "xtc_threshold", options.XtcThreshold, usual.XtcThreshold);
        Other(json, "dynatemp_range", options.DynatempRange, usual.DynatempRange);
        Other(json, "dynatemp_exponent", options.DynatempExponent, usual.DynatempExponent);
        Other(json, "mirostat", options.Mirostat, usual.Mirostat);
        Other(json, "mirostat_tau", options.MirostatTau, usual.MirostatTau);
        Other(json, "mirostat_eta", options.MirostatEta, usual.MirostatEta);
        Texts(json, "samplers", options.Samplers);
    }

    private static void Penalties(Utf8JsonWriter json, SamplerOptions options)
    {
        SamplerOptions usual = Usual.Sampling;
        Other(json, "repetition_penalty", options.RepetitionPenalty, usual.RepetitionPenalty);
        Other(json, "frequency_penalty", options.FrequencyPenalty, usual.FrequencyPenalty);
        Other(json, "presence_penalty", options.PresencePenalty, usual.PresencePenalty);
        if (options.PenaltyWindow is int window) json.WriteNumber("penalty_window", window);
        Other(json, "no_repeat_ngram", options.NoRepeatNgram, usual.NoRepeatNgram);
        Other(json, "dry_multiplier", options.DryMultiplier, usual.DryMultiplier);
        Other(json, "dry_base", options.DryBase, usual.DryBase);
        Other(json, "dry_allowed_length", options.DryAllowedLength, usual.DryAllowedLength);
        if (options.DryWindow is int searched) json.WriteNumber("dry_window", searched);
        if (!options.DryBreakers.SequenceEqual(usual.DryBreakers)) Texts(json, "dry_breakers", options.DryBreakers);
        if (options.LogitBias is { Count: > 0 } bias)
        {
            json.WriteStartObject("logit_bias");
            foreach ((int id, double value) in bias) json.WriteNumber(id.ToString(System.Globalization.CultureInfo.InvariantCulture), value);
            json.WriteEndObject();
        }
        Ids(json, "allowed_token_ids", options.AllowedIds);
        Ids(json, "banned_token_ids", options.BannedIds);
    }

    private static void Beams(Utf8JsonWriter json, BeamOptions options)
    {
        BeamOptions usual = new();
        json.WriteNumber("beams", options.Beams);
        Other(json, "length_penalty", options.LengthPenalty, usual.LengthPenalty);
        if (options.EarlyStopping == EarlyStopping.Never) json.WriteString("early_stopping", "never");
        else Other(json, "early_stopping", options.EarlyStopping == EarlyStopping.True);
        Other(json, "beam_groups", options.Groups, usual.Groups);
        Other(json, "diversity_penalty", options.DiversityPenalty, usual.DiversityPenalty);
    }

    private static void Other(Utf8JsonWriter json, string name, double value, double usual)
    {
        if (value != usual) json.WriteNumber(name, value);
    }

    private static void Other(Utf8JsonWriter json, string name, bool value)
    {
        if (value) json.WriteBoolean(name, true);
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyCollection<string>? texts)
    {
        if (texts is null or { Count: 0 }) return;
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Ids(Utf8JsonWriter json, string name, IReadOnlyCollection<int>? ids)
    {
        if (ids is null) return;
        json.WriteStartArray(name);
        foreach (int id in ids) json.WriteNumberValue(id);
        json.WriteEndArray();
    }
}
