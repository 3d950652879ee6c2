using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>Memory for tiles of attention; grows to what the longest context so far needs.</summary>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private long _floats;
    private float* _memory;

    ~AttentionScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>At least so many floats, with undefined content; what was given before is gone.</summary>
    public float* Reserve(long floats)
    {
        if (floats > _floats)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _floats = 0; // the next line may fail, and what is freed must not be used again
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)(floats * sizeof(float)), 64);
            _floats = floats;
        }
        return _memory;
    }

    /// <summary>Floats that a worker needs beside its tile.</summary>
    public static long PageFloats(in AttentionTask task) => ScaledOffset(task) + 4L * Width(task);

    /// <summary>Where the memory of four rows begins that are asked with scales: behind one head's page as F32, [keyDim, 32] or [32, valueDim].</summary>
    public static long ScaledOffset(in AttentionTask task) => (long)Width(task) * AttentionTask.PagePositions + PageLayout.Block; // the last load may reach past the last element

    /// <summary>Floats of a row that is asked with scales: keyDim, or [block, position].</summary>
    public static int Width(in AttentionTask task) => (Math.Max(task.KeyDim, task.ValueDim) + PageLayout.Block - 1) & -PageLayout.Block;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _floats = 0;
        GC.SuppressFinalize(this);
    }
}
