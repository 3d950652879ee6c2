using System.Globalization;

namespace Sandglass.Sampling;

/// <summary>
/// How a token is chosen from the logits. The defaults are the field's: top-k 40, top-p 0.95, min-p 0.05, temperature 0.8, in this order; all else is off.
/// </summary>
/// <remarks>
/// Checked where they are used: a value out of its range, or a mix that makes no sense, is a <see cref="SamplingException"/>. Names and meanings are
/// llama.cpp's.
/// </remarks>
public sealed record SamplerOptions
{
    // generous, and small enough that no arithmetic of the chain leaves what a double holds
    private const double LargestBias = 1e30, LargestPenalty = 1e6, LargestNumber = 1e9, LargestFactor = 1000;
    private const int MostIds = 1 << 20, MostBreakers = 64, LongestBreaker = 128;

    private static readonly IReadOnlyList<string> UsualBreakers = ["\n", ":", "\"", "*"];

    /// <summary>
    /// The names of the stages in the order in which they run unless <see cref="Samplers"/> names others, llama.cpp's; each where it is on. Before them come
    /// logit_bias, allowed, banned, min_tokens and no_repeat_ngram.
    /// </summary>
    public static IReadOnlyList<string> DefaultOrder => StepKind.DefaultOrder;

    /// <summary>The likeliest token always, the lowest id where several are equal.</summary>
    public static SamplerOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>
    /// Exactly the stages that run, in this order, each once, for instance <c>["penalties", "top_k", "temperature"]</c>; an element may hold several with
    /// commas or semicolons between them.
    /// Null for <see cref="DefaultOrder"/>. logit_bias, allowed, banned, min_tokens and no_repeat_ngram come first unless named.
    /// </summary>
    public IReadOnlyList<string>? Samplers { get; init; }

    /// <summary>
    /// Names of properties that were set on purpose, for instance <c>TopK</c>: refused, also at their default value, if their stage does not run.
    /// </summary>
    public IReadOnlyCollection<string> Given { get; init; } = [];

    /// <summary>What the logits are divided by: below 1 sharper, above 1 flatter; at most 1e9. 0 takes the likeliest token and skips the filters.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>
    /// How far the temperature moves with the entropy of the candidates: from temperature - range (at least 0) where one is certain to temperature + range
    /// where all are equal. At most 1e9; 0 leaves it.
    /// </summary>
    public double DynatempRange { get; init; }

    /// <summary>The power of the entropy's share that moves the temperature, from 0 to 1000.</summary>
    public double DynatempExponent { get; init; } = 1;

    /// <summary>Keeps this many of the likeliest tokens; 0 keeps all.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Keeps the likeliest tokens that together have at least this probability, in (0, 1]; 1 keeps all.</summary>
    /// <remarks>Nucleus sampling: Holtzman et al., <i>The curious case of neural text degeneration</i> (2020).</remarks>
    public double TopP { get; init; } = 0.95;

    /// <summary>Keeps the tokens that have at least this share of the likeliest token's probability, in [0, 1]; 0 keeps all.</summary>
    /// <remarks>Nguyen et al., <i>Turning up the heat: min-p sampling</i> (2024).</remarks>
    public double MinP { get; init; } = 0.05;

    /// <summary>Keeps the tokens whose surprise is nearest to the entropy, until they have this probability together, in (0, 1]; 1 keeps all.</summary>
    /// <remarks>Meister et al., <i>Locally typical sampling</i> (2022).</remarks>
    public double TypicalP { get; init; } = 1;

    /// <summary>Keeps the tokens whose logit is at most this many standard deviations below the largest, at most 1e9; 0 keeps all.</summary>
    /// <remarks>Tang et al., <i>Top-nσ: not all logits are you need</i> (2024).</remarks>
    public double TopNSigma { get; init; }

    /// <summary>How often the likeliest tokens, all but the least likely of them, are excluded (exclude top choices), in [0, 1]; 0 never.</summary>
    public double XtcProbability { get; init; }

    /// <summary>The probability from which on a token is one of the likeliest that may be excluded, in [0, 0.5].</summary>
    public double XtcThreshold { get; init; } = 0.1;

    /// <summary>
    /// What the logit of a token that occurred is divided by, or multiplied by if it is negative: above 1 against repetition; from 0.001 to 1000, and 1 does
    /// nothing.
    /// </summary>
    /// <remarks>Keskar et al., <i>CTRL</i> (2019).</remarks>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>What is subtracted from a token's logit for each time that it occurred, from -1e6 to 1e6; OpenAI's are from -2 to 2.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>What is subtracted from a token's logit if it occurred, from -1e6 to 1e6; OpenAI's are from -2 to 2.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>How many of the last tokens the penalties count; null for all, the prompt's too.</summary>
    public int? PenaltyWindow { get; init; }

    /// <summary>No run of this many tokens is written twice, prompt included; 0 allows it.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>
    /// What is subtracted from the logit of a token that would continue a repetition (don't repeat yourself): multiplier * base^(length of the repetition -
    /// allowed length), at most 1e6; 0 nothing.
    /// </summary>
    public double DryMultiplier { get; init; }

    /// <summary>The base of <see cref="DryMultiplier"/>, from 1 to 1000.</summary>
    public double DryBase { get; init; } = 1.75;

    /// <summary>Repetitions shorter than this are free.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>How many of the last tokens are searched for repetitions; null for all, the prompt's too.</summary>
    public int? DryWindow { get; init; }

    /// <summary>
    /// Texts that no repetition crosses, at most 64 of at most 128 characters. They are compared with what tokens are called, so one may name a control token.
    /// </summary>
    public IReadOnlyList<string> DryBreakers { get; init; } = UsualBreakers;

    /// <summary>1 or 2: keeps the surprise of the text near <see cref="MirostatTau"/> instead of filtering; 0 does not.</summary>
    /// <remarks>Basu et al., <i>Mirostat: a neural text decoding algorithm that directly controls perplexity</i> (2021).</remarks>
    public int Mirostat { get; init; }

    /// <summary>The surprise that mirostat aims at, in bits a token, from 0 to 1000.</summary>
    public double MirostatTau { get; init; } = 5;

    /// <summary>How fast mirostat learns, from 0 to 1000.</summary>
    public double MirostatEta { get; init; } = 0.1;

    /// <summary>What is added to the logits of some ids, from -1e30 to 1e30 each; null for none. To forbid an id, use <see cref="BannedIds"/>.</summary>
    public IReadOnlyDictionary<int, double>? LogitBias { get; init; }

    /// <summary>The only ids that may be chosen; null for all.</summary>
    public IReadOnlyCollection<int>? AllowedIds { get; init; }

    /// <summary>Ids that are never chosen; null for none.</summary>
    public IReadOnlyCollection<int>? BannedIds { get; init; }

    /// <summary>The seed of all randomness in the run; null draws one, which is reported.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    /// <exception cref="SamplingException">A value is out of its range or not a number.</exception>
    public void Validate()
    {
        Range(nameof(Temperature), Temperature, 0, LargestNumber);
        Range(nameof(DynatempRange), DynatempRange, 0, LargestNumber);
        Range(nameof(DynatempExponent), DynatempExponent, 0, LargestFactor);
        Range(nameof(TopK), TopK, TopK >= 0, "a whole number from 0");
        Range(nameof(TopP), TopP, TopP is > 0 and <= 1, "a number above 0, at most 1");
        Range(nameof(MinP), MinP, 0, 1);
        Range(nameof(TypicalP), TypicalP, TypicalP is > 0 and <= 1, "a number above 0, at most 1");
        Range(nameof(TopNSigma), TopNSigma, 0, LargestNumber);
        Range(nameof(XtcProbability), XtcProbability, 0, 1);
        Range(nameof(XtcThreshold), XtcThreshold, 0, 0.5);
        Range(nameof(RepetitionPenalty), RepetitionPenalty, 1 / LargestFactor, LargestFactor);
        Range(nameof(FrequencyPenalty), FrequencyPenalty, -LargestPenalty, LargestPenalty);
        Range(nameof(PresencePenalty), PresencePenalty, -LargestPenalty, LargestPenalty);
        Range(nameof(PenaltyWindow), PenaltyWindow ?? 1, PenaltyWindow is null or >= 1, "a whole number from 1");
        Range(nameof(NoRepeatNgram), NoRepeatNgram, NoRepeatNgram >= 0, "a whole number from 0");
        Range(nameof(DryMultiplier), DryMultiplier, 0, LargestPenalty);
        Range(nameof(DryBase), DryBase, 1, LargestFactor);
        Range(nameof(DryAllowedLength), DryAllowedLength, DryAllowedLength >= 1, "a whole number from 1");
        Range(nameof(DryWindow), DryWindow ?? 1, DryWindow is null or >= 1, "a whole number from 1");
        Range(nameof(Mirostat), Mirostat, Mirostat is >= 0 and <= 2, "0, 1 or 2");
        Range(nameof(MirostatTau), MirostatTau, 0, LargestFactor);
        Range(nameof(MirostatEta), MirostatEta, 0, LargestFactor);
        foreach (double bias in LogitBias?.Values ?? [])
        {
            if (Math.Abs(bias) <= LargestBias) continue;
            string expected = Within(-LargestBias, LargestBias) + " each; {0} keeps an id out and {1} lets it alone in";
            SamplingException.ThrowOption(nameof(LogitBias), expected, bias, nameof(BannedIds), nameof(AllowedIds));
        }
        if (Given is null) SamplingException.ThrowOption(nameof(Given), "a list of properties", "null");
        if (Samplers?.Contains(null!) == true) SamplingException.ThrowOption(nameof(Samplers), "names of steps", "null");
        ValidateBreakers();
        ValidateIds(nameof(AllowedIds), AllowedIds, mayBeEmpty: false);
        ValidateIds(nameof(BannedIds), BannedIds, mayBeEmpty: !Given.Contains(nameof(BannedIds)));
    }

    private void ValidateBreakers()
    {
        if (DryBreakers is null) SamplingException.ThrowOption(nameof(DryBreakers), "a list of texts", "null");
        if (DryBreakers.Count > MostBreakers) SamplingException.ThrowOption(nameof(DryBreakers), $"at most {MostBreakers} texts", DryBreakers.Count);
        foreach (string breaker in DryBreakers)
        {
            if (string.IsNullOrEmpty(breaker)) SamplingException.ThrowOption(nameof(DryBreakers), "a text", breaker is null ? "null" : "an empty one");
            if (breaker.Length > LongestBreaker)
                SamplingException.ThrowOption(nameof(DryBreakers), $"texts of at most {LongestBreaker} characters", breaker.Length);
        }
    }

    private static void ValidateIds(string option, IReadOnlyCollection<int>? ids, bool mayBeEmpty)
    {
        if (ids?.Count == 0 && !mayBeEmpty) SamplingException.ThrowOption(option, "at least one id", "none");
        if (ids?.Count > MostIds) SamplingException.ThrowOption(option, $"at most {MostIds} ids", ids.Count);
    }

    private static void Range(string option, double value, double least, double most) =>
        Range(option, value, value >= least && value <= most, Within(least, most));

    private static void Range(string option, double value, bool met, string expected)
    {
        if (!met || !double.IsFinite(value)) SamplingException.ThrowOption(option, expected, value);
    }

    private static string Within(double least, double most) => string.Create(CultureInfo.InvariantCulture, $"a number from {Plain(least)} to {Plain(most)}");

    private static string Plain(double limit) =>
        Math.Abs(limit) < 1e6 ? limit.ToString(CultureInfo.InvariantCulture) : limit.ToString("0e0", CultureInfo.InvariantCulture);
}
