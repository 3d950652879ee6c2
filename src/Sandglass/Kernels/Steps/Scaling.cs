using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>A factor on values: embeddings where a token enters, logits where it leaves.</summary>
internal static unsafe class Scaling
{
    /// <summary>x[i] *= factor.</summary>
    /// <param name="x">[count]</param>
    public static void Apply(float* x, int count, float factor)
    {
        int i = 0;
        for (; KernelPath.Current != KernelWidth.Scalar && i + 4 <= count; i += 4)
            (Vector128.Load(x + i) * factor).Store(x + i);
        for (; i < count; i++)
            x[i] *= factor;
    }
}
