using System.CommandLine;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab speculation [PROMPT]</c>: how many guesses hold, and what they save, by how many are made.</summary>
internal sealed class LabSpeculationCommand(Terminal terminal) : LabExperimentCommand<SpeculationRow>(terminal)
{
    private const int DefaultTexts = 4, DefaultTokens = 128;
    private const string SmallModel = $"{EmbeddedModels.Prefix}grain-1m", LargerModel = $"{EmbeddedModels.Prefix}grain-6m";
    private static readonly double[] DefaultTemperatures = [0, 0.8];

    private readonly PromptSource _prompt = new("PROMPT", $"The text to continue. [default: {PromptSource.Beginning}]");
    private readonly Option<string?> _draft = new("--draft")
    {
        Description = $"A smaller model of the same vocabulary that guesses: a file or {EmbeddedModels.Prefix}NAME. Without it lookup alone; for " +
            $"{LargerModel} {SmallModel} too.",
        HelpName = "FILE",
    };
    private readonly Option<double[]?> _temperatures = NumberOption.Reals(
        "--temperatures", $"At which texts are written. [default: {string.Join(',', DefaultTemperatures.Select(t => Cell.Number(t, 1)))}]",
        t => t is >= 0 and <= 100, "numbers from 0 to 100 with commas between them");
    private readonly Option<int?> _texts = NumberOption.Whole("--n", $"Texts at each of them, but one at 0. [default: {DefaultTexts}]", 1, 64);
    private readonly Option<int?> _tokens = NumberOption.Whole("--max-tokens", $"Tokens of a text. [default: {DefaultTokens}]", 2, int.MaxValue, "-n");

    protected override string[] Columns => ["Draft", "#Temp.", "#Length", "#Drafted", "#Held", "#Share", "#The last", "#Steps", "#Tokens a step"];

    protected override string Legend =>
        "Length: tokens guessed at once at most. Held: guesses that the model wrote too. The last: of guesses at that place before which all held, those " +
            "that held too. Steps: of the model, for all texts; without guesses there is one for each token.";

    protected override Command CreateOwn()
    {
        Command command = new("speculation", "Guess tokens ahead: how many hold, and how many steps that saves, by how many are guessed.");
        _prompt.AddTo(command);
        foreach (Option option in (Option[])[_draft, _temperatures, _texts, _tokens, Seed]) command.Add(option);
        return command;
    }

    protected override async Task<Experiment<SpeculationRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Prompt prompt = await _prompt.ReadOrBeginAsync(parsed, Terminal, cancellation);
        string? draft = parsed.GetValue(_draft) ?? (Model.Name(parsed) == LargerModel ? SmallModel : null);
        LanguageModel model = Load(parsed, draft);
        LanguageModel? guessing = draft is null ? null : Load(parsed, file: draft);
        return new SpeculationStudy(
            model, guessing, prompt.Encode(model.Tokenizer, Terminal), parsed.GetValue(_temperatures) is { Length: > 0 } given ? given : DefaultTemperatures,
            parsed.GetValue(_texts) ?? DefaultTexts, parsed.GetValue(_tokens) ?? DefaultTokens, parsed.GetValue(Seed) ?? 1);
    }

    protected override IEnumerable<string[]> Cells(IReadOnlyList<SpeculationRow> rows) => rows.Select(row => (string[])
    [
        row.Draft, Cell.Number(row.Temperature), $"{row.Length}", Amount.Whole(row.Drafted), Amount.Whole(row.Accepted), Cell.Share(Share(row)),
        Cell.Share(row.LastHeld), Amount.Whole(row.Steps), Cell.Number(row.Tokens / (double)row.Steps),
    ]);

    protected override IEnumerable<string> Lines(IReadOnlyList<SpeculationRow> rows)
    {
        yield return rows.All(row => row.TextEqual)
            ? "The texts are those that are written without guesses."
            : "THE TEXTS DIFFER from those without guesses, which they never should: please report this.";
    }

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<SpeculationRow> rows)
    {
        return
        [
            new("Tokens guessed at once", "Share of guesses that hold", [.. All(Share)]) { IsLogarithmic = true, FromZero = true },
            new("Tokens guessed at once", "Tokens that a step of the model writes", [.. All(row => row.Tokens / (double)row.Steps)]) { IsLogarithmic = true },
        ];

        IEnumerable<PlotSeries> All(Func<SpeculationRow, double?> value) => rows.GroupBy(row => (row.Draft, row.Temperature)).Select(
            same => new PlotSeries(
                $"{same.Key.Draft}, temperature {Cell.Number(same.Key.Temperature)}",
                [.. same.Select(row => new PlotPoint(row.Length, value(row) ?? double.NaN))]));
    }

    private static double? Share(SpeculationRow row) => row.Drafted == 0 ? null : row.Accepted / (double)row.Drafted;
}
