using System.CommandLine;
using System.CommandLine.Parsing;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>The options of <c>run</c> that search with beams.</summary>
internal sealed class BeamChoice
{
    private static readonly BeamOptions Defaults = new();

    private readonly Option<int?> _beams = NumberOption.Whole("--beams", "Search for the likeliest text with N beams instead of drawing tokens.", 1, 64);
    private readonly Option<double?> _lengthPenalty = NumberOption.Real(
        "--length-penalty", $"With --beams: above 0 for longer texts, below for shorter ones. [default: {Defaults.LengthPenalty}]", x => x is >= -5 and <= 5,
        "a number from -5 to 5");
    private readonly Option<EarlyStopping> _earlyStopping = WordOption.Of(
        "--early-stopping",
        "With --beams, once N texts are finished: end when no beam looks better than they do (false), at once (true), or when none can become better (never).",
        ("false", EarlyStopping.False), ("true", EarlyStopping.True), ("never", EarlyStopping.Never));
    private readonly Option<int?> _groups = NumberOption.Whole(
        "--beam-groups", "With --beams and --diversity-penalty: groups of beams that are to differ; divides N.", 1, 64);
    private readonly Option<double?> _diversity = NumberOption.Real(
        "--diversity-penalty", "With --beam-groups: what a token loses for each beam of an earlier group that chose it.", x => x > 0, "a number above 0");

    /// <summary>Adds all of them.</summary>
    public void AddTo(Command command)
    {
        Option[] others = [_lengthPenalty, _earlyStopping, _groups, _diversity];
        command.Add(_beams);
        foreach (Option option in others) command.Add(option);
        command.Validators.Add(result =>
        {
            if (IsGiven(result, _beams)) return;
            foreach (Option option in others.Where(option => IsGiven(result, option))) result.AddError(
                $"{option.Name} does nothing alone: expected --beams N with it.");
        });
    }

    /// <summary>What was asked for; null where no beams were.</summary>
    public BeamOptions? Options(ParseResult parsed) => parsed.GetValue(_beams) is not int beams ? null : new()
    {
        Beams = beams,
        LengthPenalty = parsed.GetValue(_lengthPenalty) ?? Defaults.LengthPenalty,
        EarlyStopping = parsed.GetValue(_earlyStopping),
        Groups = parsed.GetValue(_groups) ?? Defaults.Groups,
        DiversityPenalty = parsed.GetValue(_diversity) ?? Defaults.DiversityPenalty,
    };

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
