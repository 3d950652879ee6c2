using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>Memory for attention tiles; grows to what the longest context so far needs.</summary>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private long _floats;
    private float* _memory;

    ~AttentionScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>At least this many floats, with undefined content; memory returned before is invalid.</summary>
    public float* Reserve(long floats)
    {
        if (floats > _floats)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _floats = 0; // the next line may fail, and freed memory must not be used again
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)(floats * sizeof(float)), 64);
            _floats = floats;
        }
        return _memory;
    }

    /// <summary>Floats that a worker needs in addition to its tile.</summary>
    public static long PageFloats(in AttentionTask task) => ScaledOffset(task) + 4L * Width(task);

    /// <summary>
    /// Start of the buffer for four query or weight rows multiplied with the scales of quantised pages. Before it: one head's page as F32, [keyDim, 32] or
    /// [32, valueDim].
    /// </summary>
    public static long ScaledOffset(in AttentionTask task) =>
        (long)Width(task) * AttentionTask.PagePositions + PageLayout.Block; // the last load may reach past the last element

    /// <summary>Floats of a scaled row: keyDim, or [block, position].</summary>
    public static int Width(in AttentionTask task) => (Math.Max(task.KeyDim, task.ValueDim) + PageLayout.Block - 1) & -PageLayout.Block;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _floats = 0;
        GC.SuppressFinalize(this);
    }
}
