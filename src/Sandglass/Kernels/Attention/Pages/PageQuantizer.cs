using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Quantises a head's full page into the form that later queries read.</summary>
/// <remarks>
/// Q8: scale = largest size / 127, code = x / scale. Q4: scale = (largest - smallest) / 15, code = (x - smallest) / scale. Scales are rounded to F16 before
/// the division; minima are written values and therefore F16 already; codes round to nearest even.
/// </remarks>
internal static unsafe class PageQuantizer
{
    private const int Positions = AttentionTask.PagePositions;

    /// <summary>Keys: each channel's 32 positions are a block. Types that are not quantised are copied.</summary>
    /// <param name="from">[keyDim, 32]</param>
    /// <param name="to">As <see cref="PageLayout"/> has it.</param>
    public static void Keys(CacheType type, byte* from, int keyDim, byte* to)
    {
        if (!type.IsQuantized())
        {
            Buffer.MemoryCopy(from, to, long.MaxValue, PageLayout.KeyBytes(type, keyDim));
            return;
        }
        int places = PageLayout.KeyScales(keyDim);
        ushort* scales = (ushort*)(to + PageLayout.KeyCodeBytes(type, keyDim)), minima = scales + places;
        new Span<ushort>(scales, type == CacheType.Q4 ? 2 * places : places).Clear();
        Blocks(type, (ushort*)from, keyDim, Positions, Positions, to, PageLayout.BlockBytes(type), scales, minima);
    }

    /// <summary>
    /// Values: each position's channels are cut into blocks of 32, the last one holding the remainder. Types that are not quantised are copied.
    /// </summary>
    /// <param name="from">[32, valueDim]</param>
    /// <param name="to">As <see cref="PageLayout"/> has it.</param>
    public static void Values(CacheType type, byte* from, int valueDim, byte* to)
    {
        if (!type.IsQuantized())
        {
            Buffer.MemoryCopy(from, to, long.MaxValue, PageLayout.ValueBytes(type, valueDim));
            return;
        }
        int blocks = PageLayout.ValueBlocks(valueDim);
        ushort* scales = (ushort*)(to + PageLayout.ValueCodeBytes(type, valueDim)), minima = scales + blocks * Positions;
        for (int block = 0; block < blocks; block++)
        {
            int d = block * PageLayout.Block;
            Blocks(
                type, (ushort*)from + d, Positions, valueDim, Math.Min(PageLayout.Block, valueDim - d),
                to + block * PageLayout.BlockBytes(type), PageLayout.ValueRowBytes(type, valueDim), scales + block * Positions, minima + block * Positions);
        }
    }

    /// <param name="from">[count] blocks of <paramref name="elements"/> F16, <paramref name="fromStride"/> elements apart.</param>
    /// <param name="to">[count], <paramref name="toStride"/> bytes apart.</param>
    private static void Blocks(CacheType type, ushort* from, int count, int fromStride, int elements, byte* to, int toStride, ushort* scales, ushort* minima)
    {
        BlocksKernel kernel = new(type, from, count, fromStride, elements, to, toStride, scales, minima);
        if (elements == PageLayout.Block) KernelPath.Run(kernel);
        else kernel.Scalar();
    }

    /// <summary>One block of up to 32 elements.</summary>
    /// <param name="minimum">Not written where the type has none.</param>
    internal static void Scalar(CacheType type, ushort* from, int elements, byte* to, ushort* scale, ushort* minimum)
    {
        float low = F16.ToFloat(from[0]), high = low;
        for (int i = 1; i < elements; i++)
        {
            low = MathF.Min(low, F16.ToFloat(from[i]));
            high = MathF.Max(high, F16.ToFloat(from[i]));
        }
        if (type == CacheType.Q8)
        {
            float inverse = Inverse(MathF.Max(-low, high) / 127f, scale);
            for (int i = 0; i < elements; i++)
                to[i] = (byte)(sbyte)Code(F16.ToFloat(from[i]) * inverse, -127, 127);
            return;
        }
        low += 0f;  // of 0 and -0 it is 0
        *minimum = F16.FromFloat(low);
        float steps = Inverse((high - low + 0f) / 15f, scale);
        new Span<byte>(to, 16).Clear();
        for (int i = 0; i < elements; i++)
            to[i % 16] |= (byte)(Code((F16.ToFloat(from[i]) - low) * steps, 0, 15) << (i / 16 * 4));
    }

    /// <summary>One block of 32 elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(CacheType type, ushort* from, byte* to, ushort* scale, ushort* minimum)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F first = L.LoadHalf(from), second = L.LoadHalf(from + 16), zero = L.Broadcast(0f);
        float high = L.Largest(L.Max(first, second)), low = -L.Largest(L.Subtract(zero, L.Min(first, second)));
        if (type == CacheType.Q8)
        {
            F inverse = L.Broadcast(Inverse(MathF.Max(-low, high) / 127f, scale)), least = L.Broadcast(-127f), most = L.Broadcast(127f);
            L.StoreLowBytes((sbyte*)to, Codes(L.Multiply(first, inverse), least, most));
            L.StoreLowBytes((sbyte*)to + 16, Codes(L.Multiply(second, inverse), least, most));
            return;
        }
        low += 0f;
        *minimum = F16.FromFloat(low);
        F steps = L.Broadcast(Inverse((high - low + 0f) / 15f, scale)), lowest = L.Broadcast(low), fifteen = L.Broadcast(15f);
        I lower = Codes(L.Multiply(L.Subtract(first, lowest), steps), zero, fifteen);
        I upper = Codes(L.Multiply(L.Subtract(second, lowest), steps), zero, fifteen);
        L.StoreLowBytes((sbyte*)to, L.OrInt(lower, L.ShiftLeftInt(upper, 4)));

        static I Codes(F x, F least, F most)
        {
            F rounding = L.Broadcast(Elementary.RoundMagic);
            return L.ToInt(L.Subtract(L.Add(L.Min(L.Max(x, least), most), rounding), rounding));
        }
    }

    private static int Code(float x, float least, float most) => (int)(MathF.Min(MathF.Max(x, least), most) + Elementary.RoundMagic - Elementary.RoundMagic);

    /// <summary>Rounds a scale to F16 and returns the factor that turns values into codes; 0 where the scale is 0.</summary>
    private static float Inverse(float exact, ushort* scale)
    {
        *scale = F16.FromFloat(exact);
        float rounded = F16.ToFloat(*scale);
        return rounded == 0 ? 0 : 1f / rounded;
    }

    private readonly struct BlocksKernel(
        CacheType type, ushort* from, int count, int fromStride, int elements, byte* to, int toStride, ushort* scales, ushort* minima) : IKernel
    {
        public void Scalar()
        {
            for (long i = 0; i < count; i++)
                PageQuantizer.Scalar(type, from + i * fromStride, elements, to + i * toStride, scales + i, minima + i);
        }

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct
        {
            for (long i = 0; i < count; i++)
                PageQuantizer.Vector<L, F, I, B>(type, from + i * fromStride, to + i * toStride, scales + i, minima + i);
        }
    }
}
