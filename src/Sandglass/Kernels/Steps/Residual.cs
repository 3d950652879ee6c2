using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>The residual stream: what a block's part gives is added to it.</summary>
internal static unsafe class Residual
{
    /// <summary>x[i] += part[i].</summary>
    /// <param name="x">[count]</param>
    /// <param name="part">[count]</param>
    public static void Add(float* x, float* part, int count)
    {
        int i = 0;
        for (; KernelPath.Current != KernelWidth.Scalar && i + 4 <= count; i += 4)
            (Vector128.Load(x + i) + Vector128.Load(part + i)).Store(x + i);
        for (; i < count; i++)
            x[i] += part[i];
    }

    /// <summary>x[i] += weight * part[i], the product rounded first.</summary>
    /// <param name="x">[count]</param>
    /// <param name="part">[count]</param>
    public static void AddWeighted(float* x, float* part, float weight, int count)
    {
        int i = 0;
        for (; KernelPath.Current != KernelWidth.Scalar && i + 4 <= count; i += 4)
            (Vector128.Load(x + i) + weight * Vector128.Load(part + i)).Store(x + i);
        for (; i < count; i++)
            x[i] += weight * part[i];
    }
}
