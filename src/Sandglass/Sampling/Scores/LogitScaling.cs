using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>A whole row of logits over a temperature, in F64, rounded to F32 and not beyond the largest; what the model forbids stays so.</summary>
internal static unsafe class LogitScaling
{
    /// <summary>to = (logit - shift) / divisor.</summary>
    /// <param name="to">Of the row's length; it may be the row.</param>
    internal static void Apply(ReadOnlySpan<float> row, double shift, double divisor, Span<float> to)
    {
        fixed (float* logits = row)
        fixed (float* scaled = to[..row.Length]) KernelPath.RunDoubles(new Kernel(logits, row.Length, shift, divisor, scaled));
    }

    internal static void Scalar(float* logits, int from, int count, double shift, double divisor, float* to)
    {
        for (int i = from; i < count; i++)
        {
            float logit = logits[i];
            to[i] = float.IsNegativeInfinity(logit) ? logit : (float)Math.Clamp((logit - shift) / divisor, float.MinValue, float.MaxValue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<X, D>(float* logits, int count, double shift, double divisor, float* to)
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
            X.Narrow(to + i, X.Select(X.AtMost(logit, never), never, scaled));
        }
        Scalar(logits, i, count, shift, divisor, to);
    }

    private readonly struct Kernel(float* logits, int count, double shift, double divisor, float* to) : IDoubleKernel
    {
        public void Scalar() => LogitScaling.Scalar(logits, 0, count, shift, divisor, to);

        public void Vector<X, D>()
            where X : struct, IDoubleLanes<D>
            where D : struct =>
            LogitScaling.Vector<X, D>(logits, count, shift, divisor, to);
    }
}
