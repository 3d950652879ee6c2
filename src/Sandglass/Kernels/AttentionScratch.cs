using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>One worker's memory for a tile of attention; grows to what the longest context so far needs.</summary>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private long _floats;
    private float* _memory;

    ~AttentionScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>[rows, ScoreStride]: scores, then their exponentials.</summary>
    public float* Scores { get; private set; }

    /// <summary>Floats from one row's scores to the next's: whole spans.</summary>
    public int ScoreStride { get; private set; }

    /// <summary>[keyDim, 32] or [32, valueDim]: one head's page as F32.</summary>
    public float* Page { get; private set; }

    /// <summary>[rows, DimStride]: weighted values of the span in progress.</summary>
    public float* SpanSums { get; private set; }

    /// <summary>[rows, DimStride]: weighted values of the spans that are done.</summary>
    public float* Totals { get; private set; }

    /// <summary>valueDim rounded up to 16.</summary>
    public int DimStride { get; private set; }

    /// <summary>[rows]: the sum of each row's exponentials.</summary>
    public float* Divisors { get; private set; }

    /// <summary>Makes room for a tile.</summary>
    public void Reserve(in AttentionTask task, int rows, int positions)
    {
        ScoreStride = (positions + AttentionTask.SpanPositions - 1) / AttentionTask.SpanPositions * AttentionTask.SpanPositions;
        DimStride = (task.ValueDim + 15) & ~15;
        long scores = (long)rows * ScoreStride;
        long page = Math.Max(task.KeyDim, DimStride) * AttentionTask.PagePositions + 16; // 16 more: the last load may reach past the last element
        long sums = (long)rows * DimStride;
        long needed = scores + page + 2 * sums + rows;
        if (needed > _floats)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _floats = 0; // the next line may fail, and what is freed must not be used again
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)(needed * sizeof(float)), 64);
            _floats = needed;
        }
        Scores = _memory;
        SpanSums = Scores + scores;
        Totals = SpanSums + sums;
        Page = Totals + sums;
        Divisors = Page + page;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _floats = 0;
        GC.SuppressFinalize(this);
    }
}
