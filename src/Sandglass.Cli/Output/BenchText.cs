using System.Globalization;
using Sandglass.Kernels;
using Sandglass.Studies;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>bench</c> for people: the machine's limits, and what the model takes of them.</summary>
internal sealed class BenchText(Terminal terminal) : IBenchOutput
{
    private const double Disturbed = 0.5;   // of a limit's spread: rounds of a quiet machine lie within a tenth

    private readonly List<BenchRow> _rows = [];

    public void Row(BenchRow row) => _rows.Add(row);

    public void End()
    {
        if (_rows.Count == 0) return;
        IAnsiConsole console = Tables.Console(terminal);
        Table limits = Tables.New($"Limits of this machine (kernels {KernelPath.Name})", "#Threads", "#Best", "#Spread");
        bool deep = _rows.Any(row => row.Depth > 0), together = _rows.Any(row => row.Batch > 1);
        bool several = _rows.Select(row => row.CacheType).Distinct().Count() > 1;
        Table figures = Tables.New([.. Cells("Measured", "#Tokens", "#Depth", "#Texts", "#Threads", "Cache", "#Tokens/s", "#Spread", "#Of limit")]);
        foreach (BenchRow row in _rows)
        {
            string threads = Amount.Whole(row.Threads), rate = Amount.Short(row.PerSecond), spread = row.HasSpread ? Percent(row.Spread) : "-";
            if (row.What == "limit") limits.AddRow(Meaning(row.Name), threads, $"{rate} {row.Name.Split(' ')[1]}", spread);
            else figures.AddRow([.. Cells(row.What, Amount.Whole(row.Tokens), row.Depth == 0 ? "" : Amount.Whole(row.Depth), Amount.Whole(row.Batch), threads,
                row.CacheWord, rate, spread, Percent(row.ShareOfLimit))]);
        }
        string? model = _rows.FirstOrDefault(row => row.What != "limit")?.Name;
        Tables.Write(console, limits);
        if (model is null) return;
        console.Write(new Text(Terminal.Harmless(model) + "\n", new Style(decoration: Decoration.Bold)));
        Tables.Write(console, figures);
        foreach (BenchRow row in _rows)
        {
            if (row.Memory is MemoryCourse memory)
                console.Write(new Text($"Memory of the {Amount.Whole(row.Tokens)} tokens: cache {Amount.Bytes(memory.CacheBytes)} at most; the process " +
                    $"{Amount.Bytes(memory.ResidentBefore)} after a tenth of them, {Amount.Bytes(memory.ResidentAfter)} at the end.\n"));
        }
        if (_rows.Any(row => row.What == "limit" && row.Spread > Disturbed))
            console.Write(new Text("The limits themselves swing: something else is at work on this machine. Compare only what was measured in turn.\n",
                new Style(foreground: Color.Yellow)));
        console.Write(new Text("The limit of decode is memory read, that of prefill the arithmetic: int8 for quantised weights, fp32 for others and with " +
            "--compute exact; of a batch the nearer of the two.\n", new Style(foreground: Color.Grey)));

        // What is the same in every row is left out, so that a narrow terminal holds the rest.
        IEnumerable<string> Cells(
            string what, string tokens, string depth, string texts, string threads, string cache, string rate, string spread, string share) =>
            [what, tokens, .. deep ? [depth] : (string[])[], .. together ? [texts] : (string[])[], threads, .. several ? [cache] : (string[])[], rate, spread,
                share];
    }

    private static string Meaning(string name) => name.Split(' ')[0] switch
    {
        "read" => "memory read",
        "int8" => "int8 multiplications and additions",
        _ => "fp32 multiplications and additions",
    };

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";
}
