using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Attention weights of a layer's heads, a byte for each position: b stands for (b / 255)^2, rounded to the nearest of that scale, which keeps small
/// weights apart.</summary>
internal static unsafe class WeightBytes
{
    private const int LaneCount = 16;
    private const float Largest = 255;

    /// <summary>The mean over the heads, added in order.</summary>
    /// <param name="weights">[head, position]</param>
    /// <param name="stride">From one head to the next.</param>
    /// <param name="to">[position]</param>
    public static void Means(float* weights, int heads, int stride, int count, byte* to) =>
        KernelPath.Run(new Kernel(weights, heads, stride, count, to, isMean: true));

    /// <summary>The largest of the heads.</summary>
    /// <inheritdoc cref="Means"/>
    public static void Maxima(float* weights, int heads, int stride, int count, byte* to) =>
        KernelPath.Run(new Kernel(weights, heads, stride, count, to, isMean: false));

    internal static void Scalar(float* weights, int heads, int stride, int from, int count, byte* to, bool isMean)
    {
        for (int t = from; t < count; t++)
        {
            float value = weights[t];
            for (int head = 1; head < heads; head++)
                value = isMean ? value + weights[(long)head * stride + t] : MathF.Max(value, weights[(long)head * stride + t]);
            if (isMean) value /= heads;
            to[t] = (byte)BitConverter.SingleToInt32Bits(Largest * MathF.Sqrt(value) + Elementary.RoundMagic);   // the low bits are the whole number
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* weights, int heads, int stride, int count, byte* to, bool isMean)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F by = L.Broadcast((float)heads), largest = L.Broadcast(Largest), magic = L.Broadcast(Elementary.RoundMagic);
        int whole = count & ~(LaneCount - 1);
        for (int t = 0; t < whole; t += LaneCount)
        {
            F value = L.Load(weights + t);
            for (int head = 1; head < heads; head++)
            {
                F next = L.Load(weights + (long)head * stride + t);
                value = isMean ? L.Add(value, next) : L.Max(value, next);
            }
            if (isMean) value = L.Divide(value, by);
            L.StoreLowBytes((sbyte*)to + t, L.AsInt(L.Add(L.Multiply(largest, L.Sqrt(value)), magic)));
        }
        Scalar(weights, heads, stride, whole, count, to, isMean);
    }

    private readonly struct Kernel(float* weights, int heads, int stride, int count, byte* to, bool isMean) : IKernel
    {
        public void Scalar() => WeightBytes.Scalar(weights, heads, stride, 0, count, to, isMean);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            WeightBytes.Vector<L, F, I, B>(weights, heads, stride, count, to, isMean);
    }
}
