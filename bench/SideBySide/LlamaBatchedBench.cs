using System.Text.Json;

namespace Sandglass.SideBySide;

/// <summary>llama.cpp's <c>llama-batched-bench</c>: several texts written at once.</summary>
internal sealed class LlamaBatchedBench(string name, string[] command) : Engine(name, command)
{
    private const int Prompt = 16;

    public override IReadOnlyList<string> Settings(CellKind kind) => kind == CellKind.Batch ? [""] : [];

    /// <remarks>The program knows no repeats.</remarks>
    public override async Task<IReadOnlyDictionary<Cell, double>> MeasureAsync(string model, int threads, IReadOnlyList<Cell> cells, string setting, int repeat, CancellationToken cancellation)
    {
        int tokens = cells[0].Tokens;
        int context = cells.Max(cell => cell.Batch) * (Prompt + tokens);
        string output = await OutputAsync(
            ["-m", model, "-t", $"{threads}", "-ctk", "f16", "-ctv", "f16", "-c", $"{context}", "-npp", $"{Prompt}", "-ntg", $"{tokens}", "-npl", string.Join(',', cells.Select(cell => cell.Batch)), "--output-format", "jsonl"],
            cancellation);

        Dictionary<Cell, double> figures = [];
        foreach (string line in output.Split('\n').Where(line => line.StartsWith('{')))
        {
            using JsonDocument row = JsonDocument.Parse(line);
            Cell? cell = cells.FirstOrDefault(cell => cell.Batch == row.RootElement.GetProperty("pl").GetInt32());
            if (cell is not null) figures[cell] = row.RootElement.GetProperty("speed_tg").GetDouble();
        }
        return figures;
    }
}
