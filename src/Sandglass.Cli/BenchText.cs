using System.Globalization;
using Sandglass.Kernels;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>bench</c> for people: the machine's limits, and what the model takes of them.</summary>
internal sealed class BenchText(Terminal terminal) : IBenchOutput
{
    private readonly List<BenchRow> _rows = [];

    public void Row(BenchRow row) => _rows.Add(row);

    public void End()
    {
        if (_rows.Count == 0) return;
        IAnsiConsole console = Tables.Console(terminal);
        Table limits = Tables.New($"Limits of this machine (kernels {KernelPath.Name})", "#Threads", "#Best", "#Spread");
        Table figures = Tables.New("Measured", "#Tokens", "#At depth", "#Texts", "#Threads", "Cache", "#Tokens/s", "#Spread", "#Of the limit");
        foreach (BenchRow row in _rows)
        {
            string threads = Amount.Whole(row.Threads), rate = Amount.Short(row.PerSecond), spread = Percent(row.Spread);
            if (row.What == "limit") limits.AddRow(Meaning(row.Name), threads, $"{rate} {row.Name.Split(' ')[1]}", spread);
            else figures.AddRow(row.What, Amount.Whole(row.Tokens), row.Depth == 0 ? "" : Amount.Whole(row.Depth), Amount.Whole(row.Batch), threads, row.CacheWord, rate, spread, Percent(row.ShareOfLimit));
        }
        string? model = _rows.FirstOrDefault(row => row.What != "limit")?.Name;
        console.Write(limits);
        if (model is null) return;
        console.Write(new Text(Terminal.Harmless(model) + "\n", new Style(decoration: Decoration.Bold)));
        console.Write(figures);
        console.Write(new Text("The limit of decode is memory read, that of prefill the arithmetic: int8 for quantised weights, fp32 for others and with --compute exact; of a batch the nearer of the two.\n", new Style(foreground: Color.Grey)));
    }

    private static string Meaning(string name) => name.Split(' ')[0] switch
    {
        "read" => "memory read",
        "int8" => "int8 multiplications and additions",
        _ => "fp32 multiplications and additions",
    };

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";
}
