using System.CommandLine;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab window [PROMPT]</c>: what it costs when the cache forgets.</summary>
internal sealed class LabWindowCommand : LabExperimentCommand<WindowRow>
{
    private static readonly int[] DefaultWindows = [16, 32, 64, 128, 256, 512], DefaultSinks = [0, 4];

    private readonly StudyTextChoice _text;
    private readonly Option<int[]?> _windows = NumberOption.Wholes(
        "--windows", $"Positions that a token sees, its own included. [default: {string.Join(',', DefaultWindows)}]", 2, 1 << 24);
    private readonly Option<int[]?> _sinks = NumberOption.Wholes(
        "--sink-counts", $"First positions that it sees beside them. [default: {string.Join(',', DefaultSinks)}]", 0, 4096);

    public LabWindowCommand(Terminal terminal) : base(terminal) => _text = new StudyTextChoice(texts: 4, tokens: 960, Seed);

    protected override string[] Columns => ["#Window", "#Sinks", "#Cache", "#Perplexity", "#Lost, nats", "#±", "#Likeliest equal"];

    protected override string Legend =>
        "Window: positions that a token sees; sinks: first ones beside them. Lost: log-probability that a token lost, the mean, against seeing all; ± is " +
            "its standard error. Likeliest equal: places with the same likeliest token.";

    protected override Command CreateOwn()
    {
        Command command = new("window", "Let the cache forget: the same texts through windows of several sizes, with first tokens kept and without.");
        _text.AddTo(command);
        command.Add(_windows);
        command.Add(_sinks);
        return command;
    }

    protected override async Task<Experiment<WindowRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using LanguageModel model = Model.Load(parsed, Terminal);
        if (model.Options.Window > 0) throw new WrongInputException($"--window does nothing here. Give the windows to try: {_windows.Name} 64,256.");
        (StudyText text, ulong? seed) = await _text.ReadAsync(parsed, Terminal, model, cancellation);
        return new WindowStudy(
            Model.Name(parsed), model, text, parsed.GetValue(_windows) is { Length: > 0 } windows ? windows : DefaultWindows,
            parsed.GetValue(_sinks) is { Length: > 0 } sinks ? sinks : DefaultSinks, seed);
    }

    protected override IEnumerable<string[]> Cells(IReadOnlyList<WindowRow> rows) => rows.Select(row => (string[])
    [
        row.Window == 0 ? "all" : $"{row.Window}", row.Window == 0 ? "" : $"{row.Sinks}", Amount.Bytes((long)row.CacheBytes), Cell.Number(row.Perplexity),
        Cell.Number(row.Lost, 3), Cell.Number(row.LostError, 3), Cell.Share(row.EqualLikeliest),
    ]);

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<WindowRow> rows)
    {
        return
        [
            new("Window, positions", "Nats a token that are lost, with twice the standard error",
                [.. BySinks(row => new PlotPoint(row.Window, row.Lost, row.Lost - 2 * row.LostError, row.Lost + 2 * row.LostError))])
            {
                IsLogarithmic = true,
                FromZero = true,
            },
            new("Window, positions", "Share of places with the same likeliest token", [.. BySinks(row => new PlotPoint(row.Window, row.EqualLikeliest))])
            {
                IsLogarithmic = true,
            },
        ];

        IEnumerable<PlotSeries> BySinks(Func<WindowRow, PlotPoint> point) => rows.Where(row => row.Window > 0).GroupBy(row => row.Sinks)
            .Select(same => new PlotSeries(Amount.Of(same.Key, "sink"), [.. same.OrderBy(row => row.Window).Select(point)]));
    }
}
