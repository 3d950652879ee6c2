using System.Runtime.InteropServices;

namespace Sandglass.KernelBench;

/// <summary>Memory of the kernels' kind: 64 bytes aligned, with 64 to spare behind it, so that a vector may reach past the last element.</summary>
internal sealed unsafe class Buffer(long bytes) : IDisposable
{
    private void* _memory = NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);

    public byte* Bytes => (byte*)_memory;

    public float* Floats => (float*)_memory;

    /// <summary>Numbers around zero, as activations have them.</summary>
    public static Buffer OfFloats(long count, int seed)
    {
        Random random = new(seed);
        Buffer buffer = new(count * sizeof(float));
        for (long i = 0; i < count; i++) buffer.Floats[i] = (float)(random.NextDouble() - 0.5);
        return buffer;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
