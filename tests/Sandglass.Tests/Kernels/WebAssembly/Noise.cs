namespace Sandglass.Tests.Kernels.WebAssembly;

/// <summary>Numbers from nothing but a counter.</summary>
internal sealed class Noise(uint seed)
{
    /// <summary>-1 to 1.</summary>
    public float Next() => (int)Step() / 2147483648f;

    public byte NextByte() => (byte)(Step() >> 24);

    private uint Step() => seed = seed * 1664525 + 1013904223;
}
