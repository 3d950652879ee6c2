using System.Text.Json;

namespace Sandglass.SideBySide;

/// <summary>A <c>llama-bench</c>: llama.cpp's, or that of a fork which lacks <c>-d</c> and has <c>-gp</c> (ik_llama.cpp).</summary>
internal sealed class LlamaBench : Engine
{
    private readonly bool _hasDepth;
    private readonly bool _hasPromptThenText;
    private readonly bool _choosesFlash;

    private LlamaBench(string name, string[] command, string help) : base(name, command)
    {
        _hasDepth = help.Contains("--n-depth", StringComparison.Ordinal);
        _hasPromptThenText = help.Contains("-gp <pp,tg>", StringComparison.Ordinal);
        _choosesFlash = _hasDepth && !command.Contains("-fa");
    }

    /// <param name="name">As the report calls it.</param>
    /// <param name="command">The program, and options that it is always given (<c>-rtr 1</c>).</param>
    public static async Task<LlamaBench> FindAsync(string name, string[] command, CancellationToken cancellation) =>
        new(name, command, await Tool.OutputAsync([command[0], "--help"], cancellation));

    /// <summary>llama.cpp is at depth sometimes faster with flash attention and sometimes without; the fork has it on by default and says that it is meant to
    /// be.</summary>
    public override IReadOnlyList<string> Settings(CellKind kind) => kind switch
    {
        CellKind.Prefill or CellKind.Decode => [""],
        CellKind.Depth when _choosesFlash => ["-fa 0", "-fa 1"],
        CellKind.Depth when _hasDepth || _hasPromptThenText => [""],
        _ => [],
    };

    public override async Task<IReadOnlyDictionary<Cell, double>> MeasureAsync(string model, int threads, IReadOnlyList<Cell> cells, string setting, int repeat, CancellationToken cancellation)
    {
        List<string> arguments = ["-m", model, "-t", $"{threads}", "-ctk", "f16", "-ctv", "f16", "-o", "json", .. Words(setting)];
        Cell? prefill = cells.FirstOrDefault(cell => cell.Kind == CellKind.Prefill), depth = cells.FirstOrDefault(cell => cell.Kind == CellKind.Depth);
        Cell? decode = cells.FirstOrDefault(cell => cell.Kind == CellKind.Decode);
        if (depth is null) arguments.AddRange(["-p", $"{prefill?.Tokens ?? 0}", "-n", $"{decode?.Tokens ?? 0}", "-r", $"{repeat}"]);
        else if (_hasDepth) arguments.AddRange(["-p", "0", "-n", $"{depth.Tokens}", "-d", $"{depth.Depth}", "-r", $"{repeat}"]);      // reads the prompt once, whatever the repeats
        else arguments.AddRange(["-p", "0", "-n", "0", "-gp", $"{depth.Depth},{depth.Tokens}", "-r", "1", "-w", "0"]);   // reads it each time, which warms up well enough; times only what comes after

        Dictionary<Cell, double> figures = [];
        using JsonDocument document = JsonDocument.Parse(await OutputAsync(arguments, cancellation));
        foreach (JsonElement row in document.RootElement.EnumerateArray())
        {
            string commit = row.GetProperty("build_commit").GetString()!;
            Version = commit == "unknown" ? "its build does not know its commit" : $"commit {commit}, build {row.GetProperty("build_number").GetInt32()}";
            Cell? cell = depth ?? (row.GetProperty("n_gen").GetInt32() == 0 ? prefill : decode);
            if (cell is not null) figures[cell] = Series.MedianOf(row.GetProperty("samples_ts").EnumerateArray().Select(sample => sample.GetDouble()));
        }
        return figures;
    }
}
