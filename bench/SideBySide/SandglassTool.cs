using System.Text.Json;

namespace Sandglass.SideBySide;

/// <summary>Our own <c>sandglass bench</c>.</summary>
internal sealed class SandglassTool : Engine
{
    private readonly bool _batches;

    private SandglassTool(string tool, string version, bool batches) : base("Sandglass", [tool])
    {
        Version = version;
        _batches = batches;
    }

    public static async Task<SandglassTool> FindAsync(string tool, string source, CancellationToken cancellation)
    {
        string version = (await Tool.OutputAsync([tool, "--version"], cancellation)).Trim();
        string help = await Tool.OutputAsync([tool, "bench", "--help"], cancellation);
        return new SandglassTool(tool, $"{version}, {source}", help.Contains("--batch", StringComparison.Ordinal));
    }

    /// <summary>The machine's limits, the best seen in any run, by threads and name ("read GB/s"): whatever disturbs a limit only takes away.</summary>
    public SortedDictionary<(int Threads, string Name), double> Limits { get; } = [];

    /// <summary>Share of its limit of a cell, one a run.</summary>
    public Dictionary<(string Model, int Threads, Cell Cell), List<double>> Shares { get; } = [];

    /// <summary>Which kernels ran: 512, 256, 128 or scalar.</summary>
    public string Kernels { get; private set; } = "";

    public override IReadOnlyList<string> Settings(CellKind kind) => kind == CellKind.Batch && !_batches ? [] : [""];

    public override async Task<IReadOnlyDictionary<Cell, double>> MeasureAsync(string model, int threads, IReadOnlyList<Cell> cells, string setting, int repeat, CancellationToken cancellation)
    {
        List<string> arguments = ["bench", "--model", model, "--threads", $"{threads}", "--cache-type", "f16", "--repeat", $"{repeat}", "--json"];
        foreach (Cell cell in cells.Where(cell => cell.Kind != CellKind.Batch))
            arguments.AddRange(cell.Kind switch { CellKind.Prefill => ["--prefill", $"{cell.Tokens}"], CellKind.Decode => ["--decode", $"{cell.Tokens}"], _ => ["--depth", $"{cell.Depth}"] });
        int[] batches = [.. cells.Where(cell => cell.Kind == CellKind.Batch).Select(cell => cell.Batch)];
        if (batches.Length > 0) arguments.AddRange(["--batch", string.Join(',', batches)]);

        Dictionary<Cell, double> figures = [];
        foreach (string line in (await OutputAsync(arguments, cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement row = document.RootElement;
            string what = row.GetProperty("what").GetString()!;
            double rate = row.GetProperty("tokensPerSecond").GetDouble();
            Kernels = row.GetProperty("kernels").GetString()!;
            if (what == "limit")
            {
                (int, string) limit = (threads, row.GetProperty("name").GetString()!);
                Limits[limit] = Math.Max(rate, Limits.GetValueOrDefault(limit));
                continue;
            }
            Cell? cell = cells.FirstOrDefault(cell => Word(cell.Kind) == what && (cell.Kind != CellKind.Batch || cell.Batch == row.GetProperty("batch").GetInt32()));
            if (cell is null) continue;
            figures[cell] = rate;
            if (!Shares.TryGetValue((model, threads, cell), out List<double>? shares)) Shares[(model, threads, cell)] = shares = [];
            shares.Add(row.GetProperty("shareOfLimit").GetDouble());
        }
        return figures;
    }

    private static string Word(CellKind kind) => kind switch
    {
        CellKind.Prefill => "prefill",
        CellKind.Decode => "decode",
        CellKind.Depth => "decode-depth",
        _ => "batch",
    };
}
