using System.CommandLine;
using System.Globalization;
using Sandglass.Planning;
using Sandglass.Studies;
using Sandglass.Tracing;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab scale</c>: what a text's length costs, counted, measured and by formula.</summary>
internal sealed class LabScaleCommand(Terminal terminal) : LabExperimentCommand<ScaleRow>(terminal)
{
    private const int DefaultTokens = 16, DefaultRepeat = 5;
    private const double DefaultLimit = 40;
    private const int MostLength = (1 << 24) - 4096;
    private static readonly long[] DefaultLengths = [.. Enumerable.Range(0, 11).Select(i => 1024L << i)];     // 1K to 1M

    private readonly Option<long[]> _lengths = PlanNumbers.Positions(
        "--lengths", "Tokens of the prompts, several with commas between them (8K is 8,192). [default: 1K to 1M, each twice the one before]", 1);
    private readonly Option<int?> _tokens = NumberOption.Whole(
        "--max-tokens", $"Tokens to write behind each. [default: {DefaultTokens}]", 2, 4096, "-n");
    private readonly Option<int?> _repeat = NumberOption.Whole(
        "--repeat", $"Times that a prompt is read, where that does not take long. [default: {DefaultRepeat}]", 1, 1000);
    private readonly Option<double?> _limit = NumberOption.Real(
        "--time-limit", $"Leave out what would take longer than X seconds together with what is done. [default: {DefaultLimit}]", x => x is >= 0.1 and <= 1e6,
        "seconds from 0.1 to 1000000");
    private readonly SyntheticChoice _synthetic = new("Take");

    private ModelShape? _shape;
    private IReadOnlyList<int> _asked = [];

    protected override bool HasContext => false;

    protected override string[] Columns => ["What", "#Context", "#Proj.", "#FFN", "#Attn.", "#Logits", "#Time", "#x base", "#Formula"];

    protected override string Legend =>
        "Multiply-adds, counted: projections, feed-forward network, attention, logits. Time: the median, measured. X base: the time against that of 8,192 " +
            "positions, or of the longest prompt where that was not measured; formula: the same of all multiply-adds, as plan scale has them.";

    protected override Command CreateOwn()
    {
        Command command = new("scale", "Read prompts of growing lengths and write behind them: what the length costs, counted, measured and by formula.");
        foreach (Option option in (Option[])[_lengths, _tokens, _repeat, _limit]) command.Add(option);
        _synthetic.AddTo(command);
        return command;
    }

    protected override Task<Experiment<ScaleRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_lengths)!.FirstOrDefault(length => length > MostLength) is > 0 and long tooLong)
            throw new WrongInputException($"{_lengths.Name}: expected at most {Amount.Whole(MostLength)} tokens, found {Amount.Whole(tooLong)}.");
        if (_synthetic.Make(parsed, Model, Terminal, cancellation) is { } made) OtherFile = Owned(made).Path;
        int tokens = parsed.GetValue(_tokens) ?? DefaultTokens;
        _asked = [.. (parsed.GetValue(_lengths) is { Length: > 0 } given ? given : DefaultLengths).Select(length => (int)length)];
        _shape = PlannedModel.Open(OtherFile ?? Model.Name(parsed)).Shape;
        LanguageModel model = Owned(Model.Load(parsed, Terminal, context: _asked.Max() + tokens, file: OtherFile));
        return Task.FromResult<Experiment<ScaleRow>>(new ScaleStudy(
            model, _asked, tokens, parsed.GetValue(_repeat) ?? DefaultRepeat, TimeSpan.FromSeconds(parsed.GetValue(_limit) ?? DefaultLimit)));
    }

    protected override string Name(ParseResult parsed) => _synthetic.Name(parsed) ?? base.Name(parsed);

    protected override IEnumerable<string[]> Cells(IReadOnlyList<ScaleRow> rows)
    {
        ScaleFormula formula = new(_shape!, rows);
        foreach (string what in (string[])[ScaleRow.Prompt, ScaleRow.Token])
        {
            foreach (int length in formula.Lengths)
            {
                ScaleRow[] both = [.. rows.Where(row => row.What == what && row.Context == length)];
                MultiplyAdds sum = both.First(row => row.Source == ScaleRow.Counted).MultiplyAdds!.Value;
                double seconds = both.First(row => row.Source == ScaleRow.Measured).Seconds!.Value;
                yield return
                [
                    what, Amount.Whole(length), Amount.Count(sum.Projections), Amount.Count(sum.FeedForward), Amount.Count(sum.Attention),
                    Amount.Count(sum.Logits), seconds < 1 ? $"{Amount.Short(1000 * seconds)} ms" : $"{Amount.Short(seconds)} s",
                    Amount.Short(formula.Time(what, length)), Amount.Short(formula.Work(what, length)),
                ];
            }
        }
    }

    protected override IEnumerable<string> Lines(IReadOnlyList<ScaleRow> rows)
    {
        ScaleFormula formula = new(_shape!, rows);
        foreach (ScaleFit fit in ScaleFit.Of(rows) ?? [])
        {
            string reading = fit.What == ScaleRow.Prompt ? "Reading a prompt" : "Writing a token";
            yield return $"{reading}: work with the weights grows with the power {Power(fit.Weights)} of the length, attention with {Power(fit.Attention)}; " +
                $"time with {Power(fit.Time)}, between the last two lengths with {Power(fit.LastTime)}.";
            yield return $"  Attention outweighs the weights in work {From(formula.Crossing(fit.What), "never")}, in time " +
                $"{From(fit.Crossing, "nowhere that these times tell", formula.Lengths[^1])}.";
        }
        if (_asked.Count > formula.Lengths.Count)
            yield return $"Left out: {Amount.Whole(_asked[formula.Lengths.Count])} and more, which would take longer than --time-limit, or more memory than " +
                "is free.";
    }

    protected override void WriteFurther(JsonLines lines, IReadOnlyList<ScaleRow> rows)
    {
        if (rows.Count > 0) ScaleJson.Write(lines, new ScaleFormula(_shape!, rows), ScaleFit.Of(rows));
    }

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<ScaleRow> rows)
    {
        ScaleFormula formula = new(_shape!, rows);
        return
        [
            Panel(ScaleRow.Prompt, "Reading a prompt, a token of it", length => formula.Base / (double)length),
            Panel(ScaleRow.Token, "Writing one token behind it", _ => 1),
        ];

        PlotPanel Panel(string what, string label, Func<int, double> share)
        {
            PlotSeries Series(string name, Func<string, int, double> times) =>
                new(name, [.. formula.Lengths.Select(length => new PlotPoint(length, times(what, length) * share(length)))]);
            return new PlotPanel(
                "Tokens of the prompt", $"{label}, against that of {Amount.Whole(formula.Base)}",
                [Series("measured time", formula.Time), Series("all operations", formula.Work), Series("those of attention", formula.Attention)])
            {
                IsLogarithmic = true,
                FromZero = true,
            };
        }
    }

    private static string Power(double power) => (Math.Round(power, 2) + 0.0).ToString("F2", CultureInfo.InvariantCulture);     // no -0.00

    private static string From(double? crossing, string nowhere, int measured = int.MaxValue) => crossing is not double at ? nowhere
        : $"from {Amount.Whole((long)at)} positions on{(at > measured ? ", which is beyond what was measured" : "")}";
}
