namespace Sandglass.Kernels;

/// <summary>A matrix of weights in panels of 16 rows, the only copy that is kept: the file's layout is gone after loading.</summary>
internal sealed unsafe class WeightMatrix
{
    private readonly PagedMemory? _memory;  // whoever holds the matrix holds what it lies in
    private readonly byte* _data;

    /// <summary>An empty matrix, to be filled panel by panel.</summary>
    /// <param name="memory">Where it lies; null for one of which only the shape is there.</param>
    public WeightMatrix(Panels panels, int rows, int columns, PagedMemory? memory)
    {
        Panels = panels;
        Rows = rows;
        Columns = columns;
        PanelCount = (rows + Panels.Rows - 1) / Panels.Rows;
        PanelBytes = panels.PanelBytes(columns);
        Bytes = PanelBytes * PanelCount;
        _memory = memory;
        if (memory is not null) _data = memory.Take(Bytes);
    }

    /// <summary>The type's layout and arithmetic.</summary>
    public Panels Panels { get; }

    /// <summary>Output elements.</summary>
    public int Rows { get; }

    /// <summary>Input elements.</summary>
    public int Columns { get; }

    /// <summary>Panels of 16 rows, the last one padded with zeros.</summary>
    public int PanelCount { get; }

    /// <summary>Bytes of one panel.</summary>
    public long PanelBytes { get; }

    /// <summary>Bytes in all.</summary>
    public long Bytes { get; }

    /// <summary>One panel.</summary>
    public byte* Panel(int index) => _data + index * PanelBytes;

    /// <summary>One row, dequantised: how an embedding is looked up.</summary>
    /// <param name="to">[columns]</param>
    public void ReadRow(int row, float* to) => Panels.ReadRow(Panel(row / Panels.Rows), row % Panels.Rows, Columns, to);
}
