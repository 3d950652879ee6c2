namespace Sandglass.SideBySide;

/// <summary>A program that measures itself: ours or a peer's.</summary>
/// <param name="name">As the report calls it.</param>
/// <param name="command">The program and what it is always given.</param>
internal abstract class Engine(string name, string[] command)
{
    public string Name { get; } = name;

    public string[] Command { get; } = command;

    /// <summary>What the engine says of itself: version, commit. Known after the first run.</summary>
    public string Version { get; protected set; } = "";

    /// <summary>Settings that are tried for cells of this kind, and of which the best counts; none where the engine cannot measure it.</summary>
    public abstract IReadOnlyList<string> Settings(CellKind kind);

    /// <summary>Runs the program once for all cells, which are of one process's work: prefill with decode, or depth, or batches.</summary>
    /// <returns>A figure for each cell, the median of <paramref name="repeat"/> runs inside the process.</returns>
    public abstract Task<IReadOnlyDictionary<Cell, double>> MeasureAsync(string model, int threads, IReadOnlyList<Cell> cells, string setting, int repeat, CancellationToken cancellation);

    protected Task<string> OutputAsync(IEnumerable<string> arguments, CancellationToken cancellation) => Tool.OutputAsync([.. Command, .. arguments], cancellation);

    protected static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>An engine with one of its settings, in the row of those that take turns.</summary>
internal sealed record Contestant(Engine Engine, string Setting)
{
    public string Name => Setting.Length == 0 ? Engine.Name : $"{Engine.Name} {Setting}";
}
