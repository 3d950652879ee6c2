using System.Runtime.InteropServices;

namespace Sandglass.Transformer;

/// <summary>A norm's weights or a bias, in F32 in native memory.</summary>
internal sealed unsafe class Vector : IDisposable
{
    public Vector(int count)
    {
        Count = count;
        Values = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float) + 64, 64);
    }

    ~Vector() => NativeMemory.AlignedFree(Values);

    public int Count { get; }

    /// <summary>[count]</summary>
    public float* Values { get; private set; }

    public Span<float> Span => new(Values, Count);

    public void Dispose()
    {
        NativeMemory.AlignedFree(Values);
        Values = null;
        GC.SuppressFinalize(this);
    }
}
