using System.Globalization;
using System.Text;

namespace Sandglass.SideBySide;

/// <summary>The figures as a page of Markdown.</summary>
internal sealed class Report(Comparison comparison, Machine machine, DateTimeOffset started)
{
    private readonly Plan _plan = comparison.Plan;

    public string Write(DateTimeOffset now)
    {
        StringBuilder page = new();
        page.AppendLine(CultureInfo.InvariantCulture, $"# Side by side, {started:yyyy-MM-dd}").AppendLine();
        if (_plan.Trial) page.AppendLine("**A trial with tiny sizes: its figures mean nothing.**").AppendLine();
        if (!comparison.IsComplete) page.AppendLine("**Unfinished: the run goes on, or was stopped.**").AppendLine();
        page.AppendLine(Verdict()).AppendLine();
        Ratios(page);
        Details(page);
        Circumstances(page, now);
        return page.ToString();
    }

    private string Verdict()
    {
        CellResult[] results = [.. Cells().Select(cell => comparison.Result(cell.Model, cell.Threads, cell.Cell)).OfType<CellResult>().Where(result => result.Ratios.Length > 0)];
        int behind = results.Count(result => result.IsBehind);
        return results.Length == 0 ? "No figures yet."
            : behind == 0 ? $"Sandglass is ahead of the better peer in all {results.Length} cells."
            : $"Sandglass is ahead of the better peer in {results.Length - behind} of {results.Length} cells, and **behind in {behind}** (bold, with ▼).";
    }

    /// <summary>The overview: a row a model, a column a cell and thread count, in each the ratio alone.</summary>
    private void Ratios(StringBuilder page)
    {
        (int Threads, Cell Cell)[] columns = [.. _plan.Cells.SelectMany(cell => _plan.Threads.Select(threads => (threads, cell)))];
        page.AppendLine("## Tokens a second, over those of the better peer").AppendLine();
        page.AppendLine("| model | " + string.Join(" | ", columns.Select(column => $"{column.Cell.Name}, {Threads(column.Threads)}")) + " |");
        page.AppendLine("|---|" + string.Concat(columns.Select(_ => "--:|")));
        foreach (string model in _plan.Models)
            page.AppendLine($"| {Path.GetFileNameWithoutExtension(model)} | " + string.Join(" | ", columns.Select(column => Ratio(comparison.Result(model, column.Threads, column.Cell)))) + " |");
        page.AppendLine();
    }

    private void Details(StringBuilder page)
    {
        page.AppendLine("## Figures").AppendLine();
        page.AppendLine("Tokens a second: median of the rounds and, in brackets, the spread: (largest - smallest) / median. *Of the limit*: decode's share of memory read, prefill's of the arithmetic peak, both measured in the same run.").AppendLine();
        foreach (string model in _plan.Models)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"### {Path.GetFileNameWithoutExtension(model)} ({Bytes(model) / 1e6:F0} MB)").AppendLine();
            page.AppendLine("| | threads | Sandglass | of the limit | " + string.Join(" | ", comparison.Peers.Select(peer => peer.Name)) + " | ratio | of the rounds |");
            page.AppendLine("|---|--:|--:|--:|" + string.Concat(comparison.Peers.Select(_ => "--:|")) + "--:|--:|");
            foreach (Cell cell in _plan.Cells)
            {
                foreach (int threads in _plan.Threads)
                {
                    if (comparison.Result(model, threads, cell) is not { } result) continue;
                    IEnumerable<string> others = comparison.Peers.Select(peer => result.Others.Where(other => other.Contestant.Engine == peer).Select(other => Figure(other.Series, other.Contestant.Setting)).FirstOrDefault("-"));
                    page.AppendLine($"| {cell.Name} | {threads} | {Figure(result.Own, "")} | {Share(model, threads, cell)} | {string.Join(" | ", others)} | {Ratio(result)} | {Range(result.Ratios)} |");
                }
            }
            page.AppendLine();
        }
        if (comparison.Failures.Count == 0) return;
        page.AppendLine("Could not be measured:").AppendLine();
        foreach (string failure in comparison.Failures) page.AppendLine(" * " + failure);
        page.AppendLine();
    }

    private void Circumstances(StringBuilder page, DateTimeOffset now)
    {
        page.AppendLine("## Machine").AppendLine();
        page.AppendLine("| | |").AppendLine("|---|---|");
        page.AppendLine($"| processor | {machine.Processor} |").AppendLine($"| cores | {machine.Cores} |").AppendLine($"| memory | {machine.Memory} |");
        page.AppendLine($"| system | {machine.System} |").AppendLine($"| runtime | {machine.Runtime}, kernels {comparison.Ours.Kernels} |");
        foreach (((int threads, string name), double limit) in comparison.Ours.Limits)
            page.AppendLine($"| {name.Split(' ')[0]}, {Threads(threads)} | {Amount.Rate(limit)} {name.Split(' ')[^1]}, the best of all runs |");
        page.AppendLine(CultureInfo.InvariantCulture, $"| measured | {started.UtcDateTime:yyyy-MM-dd HH:mm} to {now.UtcDateTime:HH:mm} UTC |").AppendLine();

        page.AppendLine("## Engines").AppendLine();
        page.AppendLine("| | version |").AppendLine("|---|---|");
        foreach (Engine engine in (Engine[])[comparison.Ours, .. comparison.Peers])
        {
            string options = engine.Command.Length > 1 ? $", always with `{string.Join(' ', engine.Command[1..])}`" : "";
            page.AppendLine($"| {engine.Name} | {(engine.Version.Length > 0 ? engine.Version : "says none")}{options} |");
        }
        page.AppendLine();

        page.AppendLine("## How").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $" * The same file for all, F16 keys and values for all. Engines take turns; each round another one begins. Rounds: {_plan.Rounds}, at depth {_plan.DepthRounds}. A round's figure is the median of the runs in one process (here {_plan.Repeat}), after one that warms up.");
        page.AppendLine(" * The ratio is the median over the rounds of our figure over that of the better peer: the one with the larger median in that cell. Each of its settings (`-fa 0`, `-fa 1`) takes turns as an engine of its own, and the best counts; one more than a tenth slower in the first round is not tried again.");
        page.AppendLine(CultureInfo.InvariantCulture, $" * Depth: llama.cpp `-d`, {Plan.DepthTokens} tokens; ik_llama.cpp has no `-d` and is given `-gp`, which times the tokens after the prompt, once a round; Sandglass reads the prompt once and times runs of {Plan.DepthTokens} tokens one after the other, so a little deeper.");
        if (_plan.Cells.Any(cell => cell.Kind == CellKind.Batch)) page.AppendLine(" * Batches: tokens of all texts together, of `llama-batched-bench` 64 tokens each after prompts of 16, of Sandglass runs of 32 that follow one another from a prompt of one token.");
    }

    private IEnumerable<(string Model, int Threads, Cell Cell)> Cells() => _plan.Models.SelectMany(model => _plan.Threads.SelectMany(threads => _plan.Cells.Select(cell => (model, threads, cell))));

    private string Share(string model, int threads, Cell cell) => comparison.Ours.Shares.TryGetValue((model, threads, cell), out List<double>? shares) ? Amount.Percent(Series.MedianOf(shares)) : "-";

    private static long Bytes(string model)
    {
        using FileStream file = File.OpenRead(model);   // of a link's target, not of the link
        return file.Length;
    }

    private static string Figure(Series series, string setting) => $"{Amount.Rate(series.Median)} ({Amount.Percent(series.Spread)}){(setting.Length > 0 ? $" `{setting}`" : "")}";

    private static string Ratio(CellResult? result) => result is null || result.Ratios.Length == 0 ? "-" : result.IsBehind ? $"**▼ {Amount.Ratio(result.Ratio)}**" : Amount.Ratio(result.Ratio);

    private static string Range(double[] ratios) => ratios.Length == 0 ? "-" : $"{Amount.Ratio(ratios.Min())} to {Amount.Ratio(ratios.Max())}";

    private static string Threads(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";
}
