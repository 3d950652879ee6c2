using System.Globalization;
using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Web;

/// <summary>The members of a body that say how a text is written and what of it is watched, each with what it sets: the API's names and forms.</summary>
internal static class TraceSettings
{
    /// <summary>The API's defaults: nothing is filtered.</summary>
    public static SamplerOptions Unfiltered { get; } = new() { Temperature = 1, TopK = 0, TopP = 1, MinP = 0 };

    /// <summary>The options with a member's value in them.</summary>
    public delegate (GenerationOptions, SamplerOptions) Setting(GenerationOptions options, SamplerOptions sampling, JsonElement value);

    /// <summary>Of the request.</summary>
    public static IReadOnlyDictionary<string, Setting> OfText { get; } = new Dictionary<string, Setting>
    {
        ["max_tokens"] = static (o, s, v) => (o with { MaxTokens = v.GetInt32() }, s),
        ["min_tokens"] = static (o, s, v) => (o with { MinTokens = v.GetInt32() }, s),
        ["stop"] = static (o, s, v) => (o with { Stop = v.ValueKind == JsonValueKind.String ? [v.GetString()!] : Texts(v) }, s),
        ["stop_token_ids"] = static (o, s, v) => (o with { EndIds = Ids(v) }, s),
        ["ignore_eos"] = static (o, s, v) => (o with { IgnoreEnd = v.GetBoolean() }, s),
        ["hash_logits"] = static (o, s, v) => (o with { HashLogits = v.GetBoolean() }, s),
        ["no_cache"] = static (o, s, v) => (o with { NoCache = v.GetBoolean() }, s),
        ["cache_prompt"] = static (o, s, v) => (o with { ShareCache = v.GetBoolean() }, s),
        ["prefill_chunk"] = static (o, s, v) => (o with { PrefillChunk = v.GetInt32() }, s),
        ["draft"] = static (o, s, v) => (o with { Draft = Draft(v) }, s),
        ["loop_ngram"] = static (o, s, v) => (o with { LoopNgram = v.GetInt32() }, s),
        ["loop_repeats"] = static (o, s, v) => (o with { LoopRepeats = v.GetInt32() }, s),
        ["time_limit"] = static (o, s, v) => (o with { TimeLimit = TimeSpan.FromSeconds(v.GetDouble()) }, s),
        ["beams"] = static (o, s, v) => (o with { Beams = (o.Beams ?? new BeamOptions()) with { Beams = v.GetInt32() } }, s),
        ["early_stopping"] = static (o, s, v) => (o with { Beams = (o.Beams ?? new BeamOptions()) with { EarlyStopping = Early(v) } }, s),
        ["length_penalty"] = static (o, s, v) => (o with { Beams = (o.Beams ?? new BeamOptions()) with { LengthPenalty = v.GetDouble() } }, s),
        ["temperature"] = static (o, s, v) => (o, s with { Temperature = v.GetDouble() }),
        ["top_k"] = static (o, s, v) => (o, s with { TopK = Math.Max(0, v.GetInt32()) }),
        ["top_p"] = static (o, s, v) => (o, s with { TopP = v.GetDouble() }),
        ["min_p"] = static (o, s, v) => (o, s with { MinP = v.GetDouble() }),
        ["typical_p"] = static (o, s, v) => (o, s with { TypicalP = v.GetDouble() }),
        ["top_n_sigma"] = static (o, s, v) => (o, s with { TopNSigma = v.GetDouble() }),
        ["xtc_probability"] = static (o, s, v) => (o, s with { XtcProbability = v.GetDouble() }),
        ["xtc_threshold"] = static (o, s, v) => (o, s with { XtcThreshold = v.GetDouble() }),
        ["dynatemp_range"] = static (o, s, v) => (o, s with { DynatempRange = v.GetDouble() }),
        ["dynatemp_exponent"] = static (o, s, v) => (o, s with { DynatempExponent = v.GetDouble() }),
        ["mirostat"] = static (o, s, v) => (o, s with { Mirostat = v.GetInt32() }),
        ["mirostat_tau"] = static (o, s, v) => (o, s with { MirostatTau = v.GetDouble() }),
        ["mirostat_eta"] = static (o, s, v) => (o, s with { MirostatEta = v.GetDouble() }),
        ["samplers"] = static (o, s, v) => (o, s with { Samplers = Texts(v) }),
        ["seed"] = static (o, s, v) => (o, s with { Seed = Seed(v) }),
        ["repetition_penalty"] = static (o, s, v) => (o, s with { RepetitionPenalty = v.GetDouble() }),
        ["frequency_penalty"] = static (o, s, v) => (o, s with { FrequencyPenalty = v.GetDouble() }),
        ["presence_penalty"] = static (o, s, v) => (o, s with { PresencePenalty = v.GetDouble() }),
        ["penalty_window"] = static (o, s, v) => (o, s with { PenaltyWindow = v.GetInt32() is >= 0 and int window ? window : null }),
        ["no_repeat_ngram"] = static (o, s, v) => (o, s with { NoRepeatNgram = v.GetInt32() }),
        ["dry_multiplier"] = static (o, s, v) => (o, s with { DryMultiplier = v.GetDouble() }),
        ["dry_base"] = static (o, s, v) => (o, s with { DryBase = v.GetDouble() }),
        ["dry_allowed_length"] = static (o, s, v) => (o, s with { DryAllowedLength = v.GetInt32() }),
        ["logit_bias"] = static (o, s, v) => (o, s with { LogitBias = Bias(v) }),
        ["banned_token_ids"] = static (o, s, v) => (o, s with { BannedIds = Ids(v) }),
        ["allowed_token_ids"] = static (o, s, v) => (o, s with { AllowedIds = Ids(v) }),
    };

    /// <summary>Of its <c>trace</c>.</summary>
    public static IReadOnlyDictionary<string, Func<TraceOptions, JsonElement, TraceOptions>> OfTrace { get; } =
        new Dictionary<string, Func<TraceOptions, JsonElement, TraceOptions>>
    {
        ["candidates"] = static (w, v) => w with { Candidates = v.GetInt32() },
        ["asked"] = static (w, v) => w with { Asked = Ids(v) },
        ["attention"] = static (w, v) => w with { Attention = Attention(v) },
        ["heads"] = static (w, v) => w with { Heads = [.. v.EnumerateArray().Select(pair => new TracedHead(pair[0].GetInt32(), pair[1].GetInt32()))] },
        ["logits"] = static (w, v) => w with { Logits = v.GetBoolean() },
    };

    /// <summary>Where a chain is named, what the API's defaults say of steps that are not in it is no wish: the engine refuses those.</summary>
    public static SamplerOptions WithoutIdle(SamplerOptions options, Func<string, bool> isGiven)
    {
        if (options.Samplers is not IReadOnlyList<string> chain) return options;
        SamplerOptions usual = new();
        bool Runs(string name) => isGiven(name) || chain.Any(step => StepKind.Find(step)?.Name == name);
        return options with
        {
            Temperature = Runs("temperature") ? options.Temperature : usual.Temperature,
            TopK = Runs("top_k") ? options.TopK : usual.TopK,
            TopP = Runs("top_p") ? options.TopP : usual.TopP,
            MinP = Runs("min_p") ? options.MinP : usual.MinP,
        };
    }

    /// <summary>Numbers of tokens.</summary>
    public static int[] Ids(JsonElement value) => [.. value.EnumerateArray().Select(id => id.GetInt32())];

    private static string[] Texts(JsonElement value) => [.. value.EnumerateArray().Select(text => text.GetString() ?? throw new FormatException())];

    private static Dictionary<int, double> Bias(JsonElement value) =>
        value.EnumerateObject().ToDictionary(one => int.Parse(one.Name, CultureInfo.InvariantCulture), one => one.Value.GetDouble());

    /// <summary>A number, or the digits of one that JSON's readers would round; what is negative counts from 2^64 down.</summary>
    private static ulong Seed(JsonElement value)
    {
        string digits = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return digits.StartsWith('-') ? unchecked((ulong)long.Parse(digits, CultureInfo.InvariantCulture)) : ulong.Parse(digits, CultureInfo.InvariantCulture);
    }

    private static DraftKind Draft(JsonElement value) => value.GetString() switch
    {
        "none" => DraftKind.None,
        "lookup" => DraftKind.Lookup,
        _ => throw new FormatException(),
    };

    private static EarlyStopping Early(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => EarlyStopping.True,
        JsonValueKind.False => EarlyStopping.False,
        _ => value.ValueEquals("never") ? EarlyStopping.Never : throw new FormatException(),
    };

    private static TracedAttention Attention(JsonElement value) => value.GetString() switch
    {
        "none" => TracedAttention.None,
        "means" => TracedAttention.Means,
        "all" => TracedAttention.All,
        _ => throw new FormatException(),
    };
}
