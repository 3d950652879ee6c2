using System.CommandLine;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab middle</c>: facts at places of a long context, and whether they are found.</summary>
internal sealed class LabMiddleCommand(Terminal terminal) : LabExperimentCommand<MiddleRow>(terminal)
{
    private const int DefaultTrials = 16;
    private static readonly int[] DefaultLengths = [128, 512, 1000];
    private static readonly double[] DefaultPositions = [0, 0.25, 0.5, 0.75, 1];

    private readonly Option<int[]?> _lengths = NumberOption.Wholes(
        "--lengths", $"Tokens of a context. [default: {string.Join(',', DefaultLengths)}]", 64, 1 << 24);
    private readonly Option<double[]?> _positions = NumberOption.Reals(
        "--positions", $"Where the fact stands, from 0 to 1. [default: {string.Join(',', DefaultPositions.Select(position => Cell.Number(position)))}]",
        position => position is >= 0 and <= 1, "numbers from 0 to 1 with commas between them");
    private readonly Option<int?> _trials = NumberOption.Whole("--trials", $"Questions for each place and length. [default: {DefaultTrials}]", 1, 10_000);

    protected override string[] Columns => ["Form", "#Length", "#Place", "#Right", "#Share", "#95 % interval", "#Logprob"];

    protected override string Legend =>
        "Right: the right word is the likeliest of eight; one in eight is guessing; the interval is Wilson's. Logprob: the mean log-probability of the right " +
            "word, among all tokens.";

    protected override Command CreateOwn()
    {
        Command command = new("middle", "Put a fact at a place of a long context and ask for it: is it found at the beginning, in the middle, at the end?");
        foreach (Option option in (Option[])[_lengths, _positions, _trials, Seed]) command.Add(option);
        return command;
    }

    protected override Task<Experiment<MiddleRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation) =>
        Task.FromResult<Experiment<MiddleRow>>(new MiddleStudy(
            Load(parsed), parsed.GetValue(_lengths) is { Length: > 0 } lengths ? lengths : DefaultLengths,
            parsed.GetValue(_positions) is { Length: > 0 } positions ? positions : DefaultPositions, parsed.GetValue(_trials) ?? DefaultTrials,
            parsed.GetValue(Seed) ?? 1));

    protected override IEnumerable<string[]> Cells(IReadOnlyList<MiddleRow> rows) => rows.Select(row => (string[])
    [
        row.Form, $"{row.Length}", Cell.Number(row.Position), $"{row.Hits} of {row.Trials}", Cell.Share(row.Accuracy),
        $"{Cell.Share(row.Low)} to {Cell.Share(row.High)}", Cell.Number(row.MeanLogprob),
    ]);

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<MiddleRow> rows) =>
    [
        .. rows.GroupBy(row => row.Form).Select(form => new PlotPanel(
            "Place of the fact: 0 at the beginning, 1 at the end", $"{form.Key}: share of right choices among eight, with its 95 % interval",
            [.. form.GroupBy(row => row.Length).Select(length => new PlotSeries(
                $"{length.Key} tokens", [.. length.Select(row => new PlotPoint(row.Position, row.Accuracy, row.Low, row.High))]))]) { FromZero = true }),
    ];
}
