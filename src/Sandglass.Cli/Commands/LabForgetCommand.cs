using System.CommandLine;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab forget</c>: an instruction at the start, and what is left of it with distance.</summary>
internal sealed class LabForgetCommand(Terminal terminal) : LabExperimentCommand<ForgetRow>(terminal)
{
    private const int DefaultTrials = 32;
    private static readonly int[] DefaultDistances = [0, 16, 32, 64, 128, 256, 512, 896];

    private readonly Option<int[]?> _distances = NumberOption.Wholes(
        "--distances", $"Tokens between the instruction and the question. [default: {string.Join(',', DefaultDistances)}]", 0, 1 << 24);
    private readonly Option<int?> _trials = NumberOption.Whole("--trials", $"Texts for each. [default: {DefaultTrials}]", 1, 10_000);

    protected override string[] Columns => ["#Distance", "#Right", "#Share", "#95 % interval", "#Lift, nats", "#KL, nats"];

    protected override string Legend =>
        "Right: texts in which the name that was said is the likeliest of eight; one in eight is guessing; the interval is Wilson's. Lift: how much the " +
            "instruction adds to the log-probability of the name. KL: the divergence from the distribution without the instruction.";

    protected override Command CreateOwn()
    {
        Command command = new("forget", "An instruction at the start of a text: what is left of it as the distance grows.");
        foreach (Option option in (Option[])[_distances, _trials, Seed]) command.Add(option);
        return command;
    }

    protected override Task<Experiment<ForgetRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation) =>
        Task.FromResult<Experiment<ForgetRow>>(new ForgetStudy(
            Load(parsed), parsed.GetValue(_distances) is { Length: > 0 } given ? given : DefaultDistances, parsed.GetValue(_trials) ?? DefaultTrials,
            parsed.GetValue(Seed) ?? 1));

    protected override IEnumerable<string[]> Cells(IReadOnlyList<ForgetRow> rows) => rows.Select(row => (string[])
    [
        $"{row.Distance}", $"{row.Hits} of {row.Trials}", Cell.Share(row.Accuracy), $"{Cell.Share(row.Low)} to {Cell.Share(row.High)}", Cell.Number(row.Lift),
        Cell.Number(row.Divergence, 3),
    ]);

    // a distance of 0 has its place at 1 on an axis of doublings
    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<ForgetRow> rows) =>
    [
        new("Tokens between (0 stands at 1)", "Share of right choices among eight, with its 95 % interval",
            [new PlotSeries("", [.. rows.Select(row => new PlotPoint(Math.Max(1, row.Distance), row.Accuracy, row.Low, row.High))])])
        {
            IsLogarithmic = true,
            FromZero = true,
        },
        new("Tokens between (0 stands at 1)", "Nats",
            [new PlotSeries("lift of the name", [.. rows.Select(row => new PlotPoint(Math.Max(1, row.Distance), row.Lift))]),
                new PlotSeries("divergence", [.. rows.Select(row => new PlotPoint(Math.Max(1, row.Distance), row.Divergence))])])
        {
            IsLogarithmic = true,
            FromZero = true,
        },
    ];
}
