namespace Sandglass.SideBySide;

/// <summary>What a figure is about.</summary>
internal enum CellKind
{
    /// <summary>Reading a prompt.</summary>
    Prefill,

    /// <summary>Writing after an empty or very short prompt.</summary>
    Decode,

    /// <summary>Writing with many positions in the cache.</summary>
    Depth,

    /// <summary>Writing several texts at once; the figure counts the tokens of all.</summary>
    Batch,
}

/// <summary>One thing to measure. Its figure is in tokens a second.</summary>
internal sealed record Cell(CellKind Kind, int Tokens, int Depth = 0, int Batch = 1)
{
    /// <summary>As the report calls it.</summary>
    public string Name => Kind switch
    {
        CellKind.Prefill => $"prefill {Tokens}",
        CellKind.Decode => $"decode {Tokens}",
        CellKind.Depth => $"decode at {Depth}",
        _ => $"batch of {Batch}",
    };
}
