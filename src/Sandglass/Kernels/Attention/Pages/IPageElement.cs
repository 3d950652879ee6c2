using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>How 32 neighbouring elements of a cached page are read: positions of a key's channel, or channels of a position's value.</summary>
internal unsafe interface IPageElement
{
    static abstract CacheType Type { get; }

    /// <summary>Elements 0 to 15 of a block; quantised ones as their codes.</summary>
    static abstract F First<L, F, I, B>(byte* block) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;

    /// <summary>Elements 16 to 31.</summary>
    static abstract F Second<L, F, I, B>(byte* block) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;
}

/// <summary>F32 as stored; also the codes of a page widened for many rows.</summary>
internal readonly unsafe struct PageElementF32 : IPageElement
{
    public static CacheType Type => CacheType.F32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F First<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.Load((float*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Second<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.Load((float*)block + 16);
}

/// <summary>F16, widened when read.</summary>
internal readonly unsafe struct PageElementF16 : IPageElement
{
    public static CacheType Type => CacheType.F16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F First<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.LoadHalf((ushort*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Second<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.LoadHalf((ushort*)block + 16);
}

/// <summary>Signed bytes.</summary>
internal readonly unsafe struct PageElementQ8 : IPageElement
{
    public static CacheType Type => CacheType.Q8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F First<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.ToFloat(L.LoadWideSBytes(block));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Second<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.ToFloat(L.LoadWideSBytes(block + 16));
}

/// <summary>Nibbles, 0 to 15.</summary>
internal readonly unsafe struct PageElementQ4 : IPageElement
{
    public static CacheType Type => CacheType.Q4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F First<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.ToFloat(L.AndInt(L.LoadWideBytes(block), L.BroadcastInt(15)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Second<L, F, I, B>(byte* block)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        L.ToFloat(L.ShiftRightInt(L.LoadWideBytes(block), 4));
}
