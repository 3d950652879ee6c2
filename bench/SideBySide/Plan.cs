namespace Sandglass.SideBySide;

/// <summary>What is to be measured, and how often.</summary>
internal sealed record Plan(string[] Models, int[] Threads, Cell[] Cells, int Rounds, int DepthRounds, int Repeat, bool Trial)
{
    /// <summary>Tokens written at depth: what <c>sandglass bench</c> writes there.</summary>
    public const int DepthTokens = 32;

    /// <summary>Cells that one process measures, each group with the rounds it gets: reading a long prompt takes minutes, so depth goes by itself and less
    /// often.</summary>
    public IEnumerable<(Cell[] Cells, int Rounds)> Groups()
    {
        Cell[] brief = [.. Cells.Where(cell => cell.Kind is CellKind.Prefill or CellKind.Decode)];
        Cell[] depth = [.. Cells.Where(cell => cell.Kind == CellKind.Depth)], batch = [.. Cells.Where(cell => cell.Kind == CellKind.Batch)];
        if (brief.Length > 0) yield return (brief, Rounds);
        if (depth.Length > 0) yield return (depth, DepthRounds);
        if (batch.Length > 0) yield return (batch, Rounds);
    }
}
