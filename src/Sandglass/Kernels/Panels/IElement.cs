using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>How one weight of a float type is stored.</summary>
internal unsafe interface IElement
{
    static abstract int Bytes { get; }

    static abstract float Read(byte* from);

    static abstract F Load<L, F, I, B>(byte* from) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;
}

/// <summary>F32 as stored.</summary>
internal readonly unsafe struct ElementF32 : IElement
{
    public static int Bytes => 4;

    public static float Read(byte* from) => *(float*)from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load<L, F, I, B>(byte* from) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct => L.Load((float*)from);
}

/// <summary>F16, widened when read.</summary>
internal readonly unsafe struct ElementF16 : IElement
{
    public static int Bytes => 2;

    public static float Read(byte* from) => F16.ToFloat(*(ushort*)from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load<L, F, I, B>(byte* from)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.LoadHalf((ushort*)from);
}

/// <summary>F16 times 2^-112, one instruction less than F16: for kernels whose activations are scaled by 2^112.</summary>
internal readonly unsafe struct ElementShrunkF16 : IElement
{
    public static int Bytes => 2;

    public static float Read(byte* from) => F16.ToFloat(*(ushort*)from) / F16.ExponentShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load<L, F, I, B>(byte* from)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.LoadShrunkHalf((ushort*)from);
}

/// <summary>BF16, widened when read.</summary>
internal readonly unsafe struct ElementBF16 : IElement
{
    public static int Bytes => 2;

    public static float Read(byte* from) => BitConverter.Int32BitsToSingle(*(ushort*)from << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load<L, F, I, B>(byte* from)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.LoadBFloat((ushort*)from);
}
