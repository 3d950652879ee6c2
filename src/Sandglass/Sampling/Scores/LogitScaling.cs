using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>A whole row of logits over a temperature, in F64, rounded to F32 and not beyond the largest; what the model forbids stays so.</summary>
internal static unsafe class LogitScaling
{
    /// <summary>logit = (logit - shift) / divisor.</summary>
    internal static void Apply(Span<float> row, double shift, double divisor)
    {
        fixed (float* logits = row) KernelPath.RunDoubles(new Kernel(logits, row.Length, shift, divisor));
    }

    internal static void Scalar(float* logits, int from, int count, double shift, double divisor)
    {
        for (int i = from; i < count; i++)
        {
            if (!float.IsNegativeInfinity(logits[i])) logits[i] = (float)Math.Clamp((logits[i] - shift) / divisor, float.MinValue, float.MaxValue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<X, D>(float* logits, int count, double shift, double divisor)
        where X : struct, IDoubleLanes<D>
        where D : struct
    {
        D by = X.Broadcast(shift), over = X.Broadcast(divisor), least = X.Broadcast(float.MinValue), most = X.Broadcast(float.MaxValue);
        D never = X.Broadcast(double.NegativeInfinity);
        int i = 0;
        for (; i + X.Count <= count; i += X.Count)
        {
            D logit = X.Widen(logits + i);
            D scaled = X.Max(X.Min(X.Divide(X.Subtract(logit, by), over), most), least);
            X.Narrow(logits + i, X.Select(X.AtMost(logit, never), never, scaled));
        }
        Scalar(logits, i, count, shift, divisor);
    }

    private readonly struct Kernel(float* logits, int count, double shift, double divisor) : IDoubleKernel
    {
        public void Scalar() => LogitScaling.Scalar(logits, 0, count, shift, divisor);

        public void Vector<X, D>()
            where X : struct, IDoubleLanes<D>
            where D : struct =>
            LogitScaling.Vector<X, D>(logits, count, shift, divisor);
    }
}
