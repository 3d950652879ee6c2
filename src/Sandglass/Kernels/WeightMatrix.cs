using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>A matrix of weights in panels of 16 rows, the only copy that is kept: the file's layout is gone after loading.</summary>
internal sealed unsafe class WeightMatrix : IDisposable
{
    private byte* _allocation;
    private byte* _data; // the first multiple of 64 in it

    /// <summary>An empty matrix, to be filled panel by panel.</summary>
    /// <param name="allocate">Whether it gets memory: without it only its shape is there.</param>
    public WeightMatrix(Panels panels, int rows, int columns, bool allocate = true)
    {
        Panels = panels;
        Rows = rows;
        Columns = columns;
        PanelCount = (rows + Panels.Rows - 1) / Panels.Rows;
        PanelBytes = panels.PanelBytes(columns);
        Bytes = PanelBytes * PanelCount;
        if (!allocate) return;

        // AllocZeroed over AlignedAlloc and a clear: fresh pages are zero already, and are touched first by the thread that packs into them.
        _allocation = (byte*)NativeMemory.AllocZeroed((nuint)(Bytes + 64));
        _data = (byte*)(((nuint)_allocation + 63) & ~(nuint)63);
    }

    ~WeightMatrix() => Free();

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

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_allocation);
        _allocation = null;
        _data = null;
    }
}
