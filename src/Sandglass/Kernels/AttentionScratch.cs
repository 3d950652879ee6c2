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

    /// <summary>Floats that one head's page takes as F32, [keyDim, 32] or [32, valueDim]; 16 more, since the last load may reach past the last element.</summary>
    public static long PageFloats(in AttentionTask task) => ((long)Math.Max(task.KeyDim, task.ValueDim) * AttentionTask.PagePositions + 31) & ~15L;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _floats = 0;
        GC.SuppressFinalize(this);
    }
}
