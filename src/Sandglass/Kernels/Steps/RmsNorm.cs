using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Root mean square normalisation of one token: to[i] = x[i] / sqrt(mean(x²) + epsilon) * weight[i]. Source: Zhang and Sennrich 2019.</summary>
internal static unsafe class RmsNorm
{
    /// <param name="x">[width]</param>
    /// <param name="weight">[width]</param>
    /// <param name="to">[width]</param>
    public static void Apply(float* x, float* weight, float epsilon, int width, float* to) => KernelPath.Run(new Kernel(x, weight, epsilon, width, to));

    internal static void Scalar(float* x, float* weight, float epsilon, int width, float* to)
    {
        float* lanes = stackalloc float[16]; // lane l sums the squares of x[l], x[l + 16], x[l + 32], …
        new Span<float>(lanes, 16).Clear();
        for (int i = 0; i < width; i++)
            lanes[i % 16] = MathF.FusedMultiplyAdd(x[i], x[i], lanes[i % 16]);

        float inverse = Inverse(LaneTree.Sum(lanes), width, epsilon);
        for (int i = 0; i < width; i++)
            to[i] = x[i] * inverse * weight[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* x, float* weight, float epsilon, int width, float* to)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = width & ~15;
        F squares = L.Broadcast(0f);
        for (int i = 0; i < whole; i += 16)
        {
            F values = L.Load(x + i);
            squares = L.Fma(values, values, squares);
        }
        float* lanes = stackalloc float[16];
        L.Store(lanes, squares);
        for (int i = whole; i < width; i++)
            lanes[i - whole] = MathF.FusedMultiplyAdd(x[i], x[i], lanes[i - whole]);

        float inverse = Inverse(LaneTree.Sum(lanes), width, epsilon);
        F scale = L.Broadcast(inverse);
        for (int i = 0; i < whole; i += 16)
            L.Store(to + i, L.Multiply(L.Multiply(L.Load(x + i), scale), L.Load(weight + i)));
        for (int i = whole; i < width; i++)
            to[i] = x[i] * inverse * weight[i];
    }

    private static float Inverse(float squares, int width, float epsilon) => 1f / MathF.Sqrt(squares / width + epsilon);

    private readonly struct Kernel(float* x, float* weight, float epsilon, int width, float* to) : IKernel
    {
        public void Scalar() => RmsNorm.Scalar(x, weight, epsilon, width, to);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            RmsNorm.Vector<L, F, I, B>(x, weight, epsilon, width, to);
    }
}
