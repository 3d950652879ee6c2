namespace Sandglass.Kernels;

/// <summary>A matrix of weights in panels of 16 rows: the only copy kept after loading.</summary>
internal sealed unsafe class WeightMatrix
{
    private readonly PagedMemory? _memory;  // keeps the memory alive as long as the matrix
    private readonly byte* _data;

    /// <summary>An empty matrix, to be filled panel by panel.</summary>
    /// <param name="memory">Its memory; null for a matrix that has only a shape.</param>
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

    /// <summary>Whether a product with this input is computed in integers.</summary>
    public bool InIntegers(in Activations input) => Panels.Quantized && input.InIntegers;

    /// <summary>Multiplies one or two adjacent panels with some tokens of an integer input.</summary>
    /// <param name="tokens"><see cref="Panels.TileTokens"/> at most.</param>
    /// <param name="sums">[tokens, count, 16]</param>
    public void MultiplyInIntegers(int panel, int count, in Activations input, int firstToken, int tokens, float* sums)
    {
        new Span<float>(sums, tokens * count * Panels.Rows).Clear();
        if (input.Blocks != null) Panels.MultiplyFast(Panel(panel), PanelBytes, count, Columns, input.Blocks + firstToken, input.Tokens, tokens, sums);
        else Panels.MultiplyFine(Panel(panel), PanelBytes, count, Columns, input.FineBlocks + firstToken, input.Tokens, tokens, sums);
    }

    /// <summary>One row, dequantised: an embedding look-up.</summary>
    /// <param name="to">[columns]</param>
    public void ReadRow(int row, float* to) => Panels.ReadRow(Panel(row / Panels.Rows), row % Panels.Rows, Columns, to);
}
