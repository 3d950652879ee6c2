using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Narrows a row of F32 for a cache of F16.</summary>
internal static unsafe class HalfRow
{
    private const int Exponent = 0x7F80_0000;   // of an F32
    private const float LowestStep = 0.5f;      // its last bit is 2^-24, like that of the subnormal F16

    /// <summary>The F16 nearest to each value, as <see cref="F16.FromFloat"/> has it.</summary>
    /// <param name="from">[count], no NaN among them.</param>
    /// <param name="to">[count]</param>
    public static void Narrow(float* from, int count, ushort* to) => KernelPath.Run(new Kernel(from, count, to));

    internal static void Scalar(float* from, int count, ushort* to)
    {
        for (int i = 0; i < count; i++)
            to[i] = F16.FromFloat(from[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* from, int count, ushort* to)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = count & ~15;
        F largest = L.Broadcast(F16.Largest), lowest = L.Broadcast(LowestStep);
        I exponent = L.BroadcastInt(Exponent), thirteen = L.BroadcastInt(13 << 23), sign = L.BroadcastInt(0x8000), bias = L.BroadcastInt(126 << 10);
        for (int i = 0; i < whole; i += 16)
        {
            F value = L.Load(from + i);
            F size = L.Min(L.Abs(value), largest);
            // Added to 2^13 times its own power of two, an F32 keeps eleven bits, rounded to even; subtracting the power's bits leaves them.
            F power = L.Max(L.AsFloat(L.AddInt(L.AndInt(L.AsInt(size), exponent), thirteen)), lowest);
            I kept = L.SubtractInt(L.AsInt(L.Add(power, size)), L.AsInt(power));
            // The leading one of the eleven bits adds one to the exponent, which is one too low.
            I half = L.AddInt(kept, L.SubtractInt(L.ShiftRightInt(L.AsInt(power), 13), bias));
            L.StoreLowShorts(to + i, L.OrInt(half, L.AndInt(L.ShiftRightInt(L.AsInt(value), 16), sign)));
        }
        Scalar(from + whole, count - whole, to + whole);
    }

    private readonly struct Kernel(float* from, int count, ushort* to) : IKernel
    {
        public void Scalar() => HalfRow.Scalar(from, count, to);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            HalfRow.Vector<L, F, I, B>(from, count, to);
    }
}
