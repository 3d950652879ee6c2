using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>
/// Layer normalisation of one token: to[i] = (x[i] - mean) / sqrt(mean((x - mean)²) + epsilon) * weight[i] + bias[i]. Source: Ba, Kiros and Hinton 2016,
/// arXiv:1607.06450.
/// </summary>
/// <remarks>Both sums go in sixteen lanes and one tree, as those of <see cref="RmsNorm"/>. The deviations are squared, so nothing cancels where the mean is
/// large.</remarks>
internal static unsafe class LayerNorm
{
    /// <param name="x">[width]</param>
    /// <param name="weight">[width]</param>
    /// <param name="bias">[width], or null.</param>
    /// <param name="to">[width]; may be <paramref name="x"/>.</param>
    public static void Apply(float* x, float* weight, float* bias, float epsilon, int width, float* to)
    {
        KernelPath.Run(new Kernel(x, weight, epsilon, width, to));
        if (bias != null) Residual.Add(to, bias, width);
    }

    internal static void Scalar(float* x, float* weight, float epsilon, int width, float* to)
    {
        float* lanes = stackalloc float[16]; // lane l sums x[l], x[l + 16], x[l + 32], …
        new Span<float>(lanes, 16).Clear();
        for (int i = 0; i < width; i++)
            lanes[i % 16] += x[i];
        float mean = LaneTree.Sum(lanes) / width;

        new Span<float>(lanes, 16).Clear();
        for (int i = 0; i < width; i++)
            lanes[i % 16] = MathF.FusedMultiplyAdd(x[i] - mean, x[i] - mean, lanes[i % 16]);
        float inverse = Inverse(LaneTree.Sum(lanes), width, epsilon);

        for (int i = 0; i < width; i++)
            to[i] = (x[i] - mean) * inverse * weight[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* x, float* weight, float epsilon, int width, float* to)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = width & ~15;
        float* lanes = stackalloc float[16];
        F sums = L.Broadcast(0f);
        for (int i = 0; i < whole; i += 16)
            sums = L.Add(sums, L.Load(x + i));
        L.Store(lanes, sums);
        for (int i = whole; i < width; i++)
            lanes[i - whole] += x[i];
        float mean = LaneTree.Sum(lanes) / width;

        F middle = L.Broadcast(mean), squares = L.Broadcast(0f);
        for (int i = 0; i < whole; i += 16)
        {
            F apart = L.Subtract(L.Load(x + i), middle);
            squares = L.Fma(apart, apart, squares);
        }
        L.Store(lanes, squares);
        for (int i = whole; i < width; i++)
            lanes[i - whole] = MathF.FusedMultiplyAdd(x[i] - mean, x[i] - mean, lanes[i - whole]);
        float inverse = Inverse(LaneTree.Sum(lanes), width, epsilon);

        F scale = L.Broadcast(inverse);
        for (int i = 0; i < whole; i += 16)
            L.Store(to + i, L.Multiply(L.Multiply(L.Subtract(L.Load(x + i), middle), scale), L.Load(weight + i)));
        for (int i = whole; i < width; i++)
            to[i] = (x[i] - mean) * inverse * weight[i];
    }

    private static float Inverse(float squares, int width, float epsilon) => 1f / MathF.Sqrt(squares / width + epsilon);

    private readonly struct Kernel(float* x, float* weight, float epsilon, int width, float* to) : IKernel
    {
        public void Scalar() => LayerNorm.Scalar(x, weight, epsilon, width, to);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            LayerNorm.Vector<L, F, I, B>(x, weight, epsilon, width, to);
    }
}
