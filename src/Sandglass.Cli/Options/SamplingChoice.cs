using System.CommandLine;
using System.Globalization;
using Sandglass.Sampling;

namespace Sandglass.Cli;

/// <summary>The options of <c>run</c> that say how a token is chosen from the logits.</summary>
internal sealed class SamplingChoice
{
    private static readonly SamplerOptions Usual = new();

    private readonly Option<string?> _samplers = new("--samplers")
    {
        Description = "Exactly these stages in this order, with ; or , between them, for instance top_k,typical_p,temperature. [default: " +
            $"{string.Join("; ", SamplerOptions.DefaultOrder)}, those that are on]",
        HelpName = "A,B,C",
    };
    private readonly Option<double?> _temperature = NumberOption.Real(
        "--temperature", $"Below 1 safer, above 1 wilder; 0 takes the likeliest token always. [default: {Usual.Temperature}]", x => x is >= 0 and <= 1e9,
        "a number from 0 to 1e9", "--temp");
    private readonly Option<double?> _range = NumberOption.Real(
        "--dynatemp-range", "Let the temperature move by up to X, following the entropy. [default: 0]", x => x is >= 0 and <= 1e9, "a number from 0 to 1e9");
    private readonly Option<double?> _exponent = NumberOption.Real(
        "--dynatemp-exponent", $"The power of the entropy's share that moves it. [default: {Usual.DynatempExponent}]", x => x is >= 0 and <= 1000,
        "a number from 0 to 1000");
    private readonly Option<int?> _topK = NumberOption.Whole(
        "--top-k", $"Keep this many of the likeliest tokens; 0 keeps all. [default: {Usual.TopK}]", 0, int.MaxValue);
    private readonly Option<double?> _topP = NumberOption.Real(
        "--top-p", $"Keep the likeliest tokens that together have this probability; 1 keeps all. [default: {Usual.TopP}]", x => x is > 0 and <= 1,
        "a number above 0, at most 1");
    private readonly Option<double?> _minP = NumberOption.Real(
        "--min-p", $"Keep tokens with at least this share of the likeliest one's probability; 0 keeps all. [default: {Usual.MinP}]", x => x is >= 0 and <= 1,
        "a number from 0 to 1");
    private readonly Option<double?> _typicalP = NumberOption.Real(
        "--typical-p", "Keep the tokens whose surprise is nearest to the entropy and that together have this probability; 1 keeps all. [default: 1]",
        x => x is > 0 and <= 1, "a number above 0, at most 1");
    private readonly Option<double?> _topNSigma = NumberOption.Real(
        "--top-n-sigma", "Keep tokens whose logit is at most X standard deviations below the largest; 0 keeps all. [default: 0]",
        x => x is >= 0 and <= 1e9, "a number from 0 to 1e9");
    private readonly Option<double?> _xtcProbability = NumberOption.Real(
        "--xtc-probability", "How often the likeliest tokens are excluded, but for the last of them. [default: 0]", x => x is >= 0 and <= 1,
        "a number from 0 to 1");
    private readonly Option<double?> _xtcThreshold = NumberOption.Real(
        "--xtc-threshold", $"The probability that makes a token one of them. [default: {Usual.XtcThreshold}]", x => x is >= 0 and <= 0.5,
        "a number from 0 to 0.5");
    private readonly Option<double?> _repetition = NumberOption.Real(
        "--repetition-penalty", "Divide the logits of tokens that occurred, the prompt's too; above 1 against repetition. [default: 1]",
        x => x is >= 0.001 and <= 1000, "a number from 0.001 to 1000", "--repeat-penalty");
    private readonly Option<double?> _frequency = NumberOption.Real(
        "--frequency-penalty", "Take this from a token's logit for each time that it occurred. [default: 0]", x => x is >= -1e6 and <= 1e6,
        "a number from -1e6 to 1e6");
    private readonly Option<double?> _presence = NumberOption.Real(
        "--presence-penalty", "Take this from a token's logit if it occurred. [default: 0]", x => x is >= -1e6 and <= 1e6, "a number from -1e6 to 1e6");
    private readonly Option<int?> _window = NumberOption.Whole(
        "--penalty-window", "Count the last N tokens only; without it all tokens so far.", 1, int.MaxValue);
    private readonly Option<int?> _noRepeat = NumberOption.Whole(
        "--no-repeat-ngram", "Never write a run of N tokens that the text already has; 0 allows it. [default: 0]", 0, int.MaxValue);
    private readonly Option<double?> _dry = NumberOption.Real(
        "--dry-multiplier", "Take multiplier * base^(length - allowed) from the logit of a token that would continue a repetition. [default: 0]",
        x => x is >= 0 and <= 1e6, "a number from 0 to 1e6");
    private readonly Option<double?> _dryBase = NumberOption.Real(
        "--dry-base", $"The base of it. [default: {Usual.DryBase.ToString(CultureInfo.InvariantCulture)}]", x => x is >= 1 and <= 1000,
        "a number from 1 to 1000");
    private readonly Option<int?> _dryAllowed = NumberOption.Whole(
        "--dry-allowed-length", $"Repetitions shorter than this are free. [default: {Usual.DryAllowedLength}]", 1, int.MaxValue);
    private readonly Option<int?> _dryWindow = NumberOption.Whole(
        "--dry-window", "Search the last N tokens only; without it all tokens so far.", 1, int.MaxValue);
    private readonly Option<string[]> _dryBreakers = Several(
        "--dry-breaker", "TEXT", "A text over which no repetition reaches; may be given several times. [default: line break : \" *]");
    private readonly Option<int?> _mirostat = NumberOption.Whole(
        "--mirostat", "1 or 2: keep the surprise of the text near --mirostat-tau instead of filtering; 0 does not. [default: 0]", 0, 2);
    private readonly Option<double?> _tau = NumberOption.Real(
        "--mirostat-tau", $"The surprise to aim at, in bits a token. [default: {Usual.MirostatTau}]", x => x is >= 0 and <= 1000, "a number from 0 to 1000");
    private readonly Option<double?> _eta = NumberOption.Real(
        "--mirostat-eta", $"How fast it learns. [default: {Usual.MirostatEta}]", x => x is >= 0 and <= 1000, "a number from 0 to 1000");
    private readonly Option<string[]> _bias = Several(
        "--logit-bias", "ID=X", "Add X to the logit of a token, for instance 440=+2.5; may be given several times.");
    private readonly Option<int[]?> _allow = NumberOption.Ids("--allow-ids", "Choose among these token ids only.");
    private readonly Option<int[]?> _ban = NumberOption.Ids("--ban-ids", "Never choose these token ids.");
    private readonly Option<ulong?> _seed = NumberOption.Whole(
        "--seed", "The same seed gives the same text; without it a random one, which is reported.", 0UL, ulong.MaxValue, "-s");

    private Option[] All =>
    [
        _temperature, _topK, _topP, _minP, _seed, _samplers, _typicalP, _topNSigma, _range, _exponent, _xtcProbability, _xtcThreshold,
        _repetition, _frequency, _presence, _window, _noRepeat,
        _dry, _dryBase, _dryAllowed, _dryWindow, _dryBreakers, _mirostat, _tau, _eta, _bias, _allow, _ban,
    ];

    /// <summary>Those of filters, temperature and draw.</summary>
    public IEnumerable<Option> OfTheDraw =>
        [_temperature, _topK, _topP, _minP, _seed, _samplers, _typicalP, _topNSigma, _range, _exponent, _xtcProbability, _xtcThreshold, _mirostat, _tau, _eta];

    /// <summary>Adds all of them.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Add(option);
        _bias.Validators.Add(result =>
        {
            HashSet<int> seen = [];
            foreach (string bias in result.Tokens.Select(token => token.Value).Where(text => text.Length > 0))
            {
                if (!TryBias(bias, out int id, out _)) result.AddError(
                    $"--logit-bias: expected a token id and a number, for instance 440=+2.5, found \"{bias}\".");
                else if (!seen.Add(id)) result.AddError($"--logit-bias: expected each id once, found {id} twice.");
            }
        });
    }

    /// <summary>What was asked for; the rest as the library has it.</summary>
    public SamplerOptions Options(ParseResult parsed) => new()
    {
        Given = [.. All.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => OptionNames.PropertyOf(option.Name)!)],
        Samplers = parsed.GetValue(_samplers) is string steps ? [steps] : null,
        Temperature = parsed.GetValue(_temperature) ?? Usual.Temperature,
        DynatempRange = parsed.GetValue(_range) ?? Usual.DynatempRange,
        DynatempExponent = parsed.GetValue(_exponent) ?? Usual.DynatempExponent,
        TopK = parsed.GetValue(_topK) ?? Usual.TopK,
        TopP = parsed.GetValue(_topP) ?? Usual.TopP,
        MinP = parsed.GetValue(_minP) ?? Usual.MinP,
        TypicalP = parsed.GetValue(_typicalP) ?? Usual.TypicalP,
        TopNSigma = parsed.GetValue(_topNSigma) ?? Usual.TopNSigma,
        XtcProbability = parsed.GetValue(_xtcProbability) ?? Usual.XtcProbability,
        XtcThreshold = parsed.GetValue(_xtcThreshold) ?? Usual.XtcThreshold,
        RepetitionPenalty = parsed.GetValue(_repetition) ?? Usual.RepetitionPenalty,
        FrequencyPenalty = parsed.GetValue(_frequency) ?? Usual.FrequencyPenalty,
        PresencePenalty = parsed.GetValue(_presence) ?? Usual.PresencePenalty,
        PenaltyWindow = parsed.GetValue(_window),
        NoRepeatNgram = parsed.GetValue(_noRepeat) ?? Usual.NoRepeatNgram,
        DryMultiplier = parsed.GetValue(_dry) ?? Usual.DryMultiplier,
        DryBase = parsed.GetValue(_dryBase) ?? Usual.DryBase,
        DryAllowedLength = parsed.GetValue(_dryAllowed) ?? Usual.DryAllowedLength,
        DryWindow = parsed.GetValue(_dryWindow),
        DryBreakers = CommandLineWord.Texts(_dryBreakers.Name, parsed.GetValue(_dryBreakers)) is { Length: > 0 } breakers ? breakers : Usual.DryBreakers,
        Mirostat = parsed.GetValue(_mirostat) ?? Usual.Mirostat,
        MirostatTau = parsed.GetValue(_tau) ?? Usual.MirostatTau,
        MirostatEta = parsed.GetValue(_eta) ?? Usual.MirostatEta,
        LogitBias = parsed.GetValue(_bias) is { Length: > 0 } biases
            ? biases.ToDictionary(bias => TryBias(bias, out int id, out _) ? id : -1, bias => TryBias(bias, out _, out double value) ? value : 0)
            : null,
        AllowedIds = parsed.GetResult(_allow) is null ? null : parsed.GetValue(_allow),
        BannedIds = parsed.GetResult(_ban) is null ? null : parsed.GetValue(_ban),
        Seed = parsed.GetValue(_seed),
    };

    private static Option<string[]> Several(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    private static bool TryBias(string text, out int id, out double value)
    {
        (id, value) = (0, 0);
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            && int.TryParse(text.AsSpan(0, at).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out id)
            && TryNumber(text.AsSpan(at + 1).Trim(), out value);
    }

    /// <summary>Also infinity, as others write it to forbid a token: the library's refusal names the option that does.</summary>
    private static bool TryNumber(ReadOnlySpan<char> text, out double value)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return true;
        value = text.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
        return text.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase);
    }
}
