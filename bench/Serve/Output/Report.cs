using System.Globalization;
using System.Text;
using Sandglass.ServeBench.Load;
using Sandglass.ServeBench.Servers;

namespace Sandglass.ServeBench.Output;

/// <summary>The figures of a comparison as a page of Markdown.</summary>
internal sealed class Report(Comparison comparison, Machine machine, DateTimeOffset started, string command)
{
    /// <summary>Of the engine's own figure: below it the server wastes what the engine can do.</summary>
    private const double Enough = 0.9;

    private readonly Plan _plan = comparison.Plan;

    public string Write(DateTimeOffset now)
    {
        StringBuilder page = new();
        page.AppendLine(CultureInfo.InvariantCulture, $"# Serving, {started:yyyy-MM-dd}").AppendLine();
        if (!comparison.IsComplete) page.AppendLine("**Unfinished: the run goes on, or was stopped.**").AppendLine();
        if (Peer is { } peer) page.AppendLine(Verdict(peer)).AppendLine();
        foreach (IGrouping<string, Cell> group in _plan.Cells.GroupBy(cell => cell.Title)) Ratios(page, group);
        page.AppendLine("## Figures").AppendLine();
        page.AppendLine("Medians of the rounds; times are p50 / p95 / p99. *Cores*: processors that the server kept busy.");
        page.AppendLine("*This program*: the part of the machine that the load itself took.").AppendLine();
        foreach (IGrouping<string, Cell> group in _plan.Cells.GroupBy(cell => cell.Title))
        {
            page.AppendLine($"### {group.Key}").AppendLine();
            IEnumerable<Row> rows = group.SelectMany(cell => comparison.Contestants.Select(contestant => RowOf(contestant, cell)));
            FigureTable.Write(page, rows, _plan.Measuring.Goodput != new Goodput());
        }
        if (comparison.Failures.Count > 0)
        {
            page.AppendLine("Could not be measured:").AppendLine();
            foreach (string failure in comparison.Failures) page.AppendLine(" * " + failure);
            page.AppendLine();
        }
        Circumstances(page, now);
        return page.ToString();
    }

    /// <summary>The first server, to which the others are compared.</summary>
    private Contestant Own => comparison.Contestants[0];

    private Contestant? Peer => comparison.Contestants.Count > 1 ? comparison.Contestants[1] : null;

    private string Verdict(Contestant peer)
    {
        double[][] rounds = [.. _plan.Cells.SelectMany(cell => (double[][])[Throughput(cell, peer), FirstText(cell, peer)])];
        double[] ratios = [.. rounds.Where(some => some.Length > 0).Select(Series.MedianOf)];
        int behind = ratios.Count(ratio => ratio < 1);
        if (ratios.Length == 0) return "No figures yet.";
        string cells = $"{ratios.Length} cells (tokens written a second, and p95 of the time to the first token)";
        return behind == 0 ? $"{Own.Name} is ahead of {peer.Name} in all {cells}."
            : $"{Own.Name} is ahead of {peer.Name} in {ratios.Length - behind} of {cells}, and **behind in {behind}** (bold, with ▼).";
    }

    private void Ratios(StringBuilder page, IGrouping<string, Cell> group)
    {
        page.AppendLine($"## {group.Key}").AppendLine();
        string[] names = [.. comparison.Contestants.Select(contestant => contestant.Name)], ratio = Peer is null ? [] : ["ratio"];
        string[] columns = [.. names.Select(name => $"{name}, written/s"), .. ratio, "the engine alone", "share of it", "its time for the same",
            .. names.Select(name => $"{name}, TTFT p95"), .. ratio];
        page.AppendLine($"| | {string.Join(" | ", columns)} |").AppendLine("|---|" + string.Concat(Enumerable.Repeat("--:|", columns.Length)));
        foreach (Cell cell in group)
        {
            Row[] rows = [.. comparison.Contestants.Select(contestant => RowOf(contestant, cell))];
            if (!rows[0].IsEmpty) page.AppendLine($"| {cell.Point} | {string.Join(" | ", Figures(rows, cell))} |");
        }
        page.AppendLine();
    }

    private IEnumerable<string> Figures(Row[] rows, Cell cell)
    {
        foreach (Row row in rows) yield return row.IsEmpty ? "-" : Amount.Rate(row.Median(summary => summary.OutputPerSecond));
        if (Peer is { } slower) yield return Ratio(Throughput(cell, slower), least: 1);
        yield return Engine(cell) is { Length: > 0 } figures ? Amount.Rate(Series.MedianOf(figures.Select(figure => figure.Batch))) : "-";
        yield return Ratio(Shares(rows[0], cell, withPrompts: false), Enough);
        yield return Ratio(Shares(rows[0], cell, withPrompts: true), Enough);
        foreach (Row row in rows) yield return row.IsEmpty ? "-" : Milliseconds.Of(row.Median(summary => summary.FirstText.P95));
        if (Peer is { } later) yield return Ratio(FirstText(cell, later), least: 1);
    }

    private void Circumstances(StringBuilder page, DateTimeOffset now)
    {
        page.AppendLine("## Machine").AppendLine();
        page.AppendLine("| | |").AppendLine("|---|---|");
        page.AppendLine($"| processor | {machine.Processor} |").AppendLine($"| cores | {machine.Cores} |").AppendLine($"| memory | {machine.Memory} |");
        page.AppendLine($"| system | {machine.System} |").AppendLine($"| runtime | {machine.Runtime} |");
        page.AppendLine(CultureInfo.InvariantCulture, $"| measured | {started.UtcDateTime:yyyy-MM-dd HH:mm} to {now.UtcDateTime:HH:mm} UTC |").AppendLine();

        page.AppendLine("## Servers").AppendLine();
        page.AppendLine("| | version | last started with |").AppendLine("|---|---|---|");
        foreach (Contestant contestant in comparison.Contestants)
        {
            string arguments = string.Join(' ', contestant.Arguments.Select(Path.GetFileName));
            page.AppendLine($"| {contestant.Name} | {contestant.Version} | `{arguments}` |");
        }
        page.AppendLine().AppendLine($"Measured by `{command}`.").AppendLine();

        page.AppendLine("## How").AppendLine().Append(Method.Of(_plan));
    }

    private Row RowOf(Contestant contestant, Cell cell) =>
        new([.. comparison.Measurements.Where(run => run.Server == contestant.Name && run.Cell == cell)]);

    private double[] Throughput(Cell cell, Contestant peer) =>
        RowOf(Own, cell)
            .Paired(round => RowOf(peer, cell).Of(round, summary => summary.OutputPerSecond), (own, theirs) => own.OutputPerSecond / theirs);

    private double[] FirstText(Cell cell, Contestant peer) =>
        RowOf(Own, cell)
            .Paired(round => RowOf(peer, cell).Of(round, summary => summary.FirstText.P95), (own, theirs) => theirs / own.FirstText.P95);

    private EngineFigure[] Engine(Cell cell) =>
        [.. Enumerable.Range(0, _plan.Rounds).Select(round => comparison.Engine.GetValueOrDefault((cell, round))).OfType<EngineFigure>()];

    private double[] Shares(Row row, Cell cell, bool withPrompts) => row.Paired(
        round => comparison.Engine.ContainsKey((cell, round)) ? round : null,
        (summary, round) =>
        {
            int read = withPrompts ? summary.PromptTokens - summary.CachedTokens : 0;
            return comparison.Engine[(cell, (int)round)].TimeFor(summary.OutputTokens, read) / summary.Seconds;
        });

    private static string Ratio(double[] rounds, double least)
    {
        double ratio = Series.MedianOf(rounds);
        return rounds.Length == 0 ? "-" : ratio < least ? $"**▼ {Amount.Ratio(ratio)}**" : Amount.Ratio(ratio);
    }
}
