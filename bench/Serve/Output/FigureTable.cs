using System.Text;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Output;

/// <summary>All figures of a workload, a line a point and server.</summary>
internal static class FigureTable
{
    public static void Write(StringBuilder page, IEnumerable<Row> rows, bool hasGoodput)
    {
        string[] columns = ["server", "requests/s", "written/s", "read and written/s", "TTFT", "TPOT", "ITL", "end to end",
            .. hasGoodput ? ["good requests/s"] : Array.Empty<string>(), "tokens a chunk", "cached", "failed", "cores", "this program"];
        page.AppendLine($"| | {string.Join(" | ", columns)} |");
        page.AppendLine("|---|---|" + string.Concat(Enumerable.Repeat("--:|", columns.Length - 1)));
        foreach (Row row in rows.Where(row => !row.IsEmpty)) page.AppendLine($"| {row.First.Cell.Point} | {string.Join(" | ", Cells(row, hasGoodput))} |");
        page.AppendLine();
    }

    private static IEnumerable<string> Cells(Row row, bool hasGoodput)
    {
        yield return row.First.Server;
        yield return Amount.Rate(row.Median(summary => summary.RequestsPerSecond));
        yield return Amount.Rate(row.Median(summary => summary.OutputPerSecond));
        yield return Amount.Rate(row.Median(summary => summary.TokensPerSecond));
        yield return Times(row, summary => summary.FirstText);
        yield return Times(row, summary => summary.TimePerToken);
        yield return Times(row, summary => summary.Gaps);
        yield return Times(row, summary => summary.EndToEnd);
        if (hasGoodput) yield return Amount.Rate(row.Median(summary => summary.GoodPerSecond));
        yield return Amount.Ratio(row.Median(summary => (double)summary.OutputTokens / Math.Max(1, summary.Chunks)));
        yield return Amount.Percent(row.Median(summary => (double)summary.CachedTokens / Math.Max(1, summary.PromptTokens)));
        yield return row.Failed == 0 ? "0" : row.Busy == 0 ? $"**{row.Failed}**" : $"**{row.Failed}**, of these busy {row.Busy}";
        yield return row.First.ServerCores is null ? "-" : Amount.Ratio(row.MedianOfRun(run => run.ServerCores!.Value));
        yield return Amount.Percent(row.MedianOfRun(run => run.OwnShare));
    }

    /// <summary>The three percentiles: p50 / p95 / p99.</summary>
    private static string Times(Row row, Func<Summary, Quantiles> of) =>
        string.Join(" / ", Milliseconds.Of(row.Median(summary => of(summary).P50)), Milliseconds.Of(row.Median(summary => of(summary).P95)),
            Milliseconds.Of(row.Median(summary => of(summary).P99)));
}
