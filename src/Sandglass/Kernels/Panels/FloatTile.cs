using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The F32 inner product of one or two panels with the tokens of a batch: the sums of a tile stay in registers while k runs in order.</summary>
/// <remarks>
/// With 512 bits a tile is two panels by twelve tokens: 24 sums, two vectors of weights and a broadcast are 27 of 32 registers, and 14 loads serve 24 fmas.
/// With 256 bits there are 16 registers, two per sixteen lanes: six tokens of one panel. A tile has exactly as many tokens as there are; nothing is padded.
/// </remarks>
internal static unsafe class FloatTile<TElement, L, F, I, B>
    where TElement : struct, IElement
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    private static int MostTokens => typeof(L) == typeof(Lanes512) ? 12 : typeof(L) == typeof(Lanes256) ? 6 : 4;

    /// <summary>Largest number of tokens for which two panels' sums fit the registers.</summary>
    private static int MostTokensOfTwo => typeof(L) == typeof(Lanes512) ? 12 : typeof(L) == typeof(Lanes256) ? 3 : 2;

    /// <inheritdoc cref="Panels.MultiplyExact"/>
    public static void Multiply(byte* panels, long panelBytes, int count, int columns, float* x, int width, int tokens, float* sums)
    {
        int parts = (tokens + MostTokens - 1) / MostTokens, most = (tokens + parts - 1) / parts, stride = 16 * count;
        for (int from = 0; from < tokens; from += most, x += most, sums += most * stride)
        {
            int some = Math.Min(most, tokens - from);
            if (count == 2 && some <= MostTokensOfTwo)
            {
                Multiply<Count2>(panels, panelBytes, stride, columns, x, width, some, sums);
            }
            else
            {
                for (int panel = 0; panel < count; panel++)
                    Multiply<Count1>(panels + panel * panelBytes, 0, stride, columns, x, width, some, sums + 16 * panel);
            }
        }
    }

    private static void Multiply<TPanels>(byte* weights, long panelBytes, int stride, int columns, float* x, int width, int tokens, float* sums)
        where TPanels : struct, ICount
    {
        switch (tokens)
        {
            case 1: Multiply<TPanels, Count1>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 2: Multiply<TPanels, Count2>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 3: Multiply<TPanels, Count3>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 4: Multiply<TPanels, Count4>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 5: Multiply<TPanels, Count5>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 6: Multiply<TPanels, Count6>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 7: Multiply<TPanels, Count7>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 8: Multiply<TPanels, Count8>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 9: Multiply<TPanels, Count9>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 10: Multiply<TPanels, Count10>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 11: Multiply<TPanels, Count11>(weights, panelBytes, stride, columns, x, width, sums); break;
            case 12: Multiply<TPanels, Count12>(weights, panelBytes, stride, columns, x, width, sums); break;
        }
    }

    // Counts are compile-time constants, so unused branches are dropped: one source for every tile size.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TPanels, TTokens>(byte* weights, long panelBytes, int stride, int columns, float* x, int width, float* sums)
        where TPanels : struct, ICount
        where TTokens : struct, ICount
    {
        F a0 = L.Load(sums), b0 = TPanels.Count > 1 ? L.Load(sums + 16) : default;
        F a1 = TTokens.Count > 1 ? L.Load(sums + stride) : default, b1 = TPanels.Count > 1 && TTokens.Count > 1 ? L.Load(sums + stride + 16) : default;
        F a2 = TTokens.Count > 2 ? L.Load(sums + 2 * stride) : default, b2 = TPanels.Count > 1 && TTokens.Count > 2 ? L.Load(sums + 2 * stride + 16) : default;
        F a3 = TTokens.Count > 3 ? L.Load(sums + 3 * stride) : default, b3 = TPanels.Count > 1 && TTokens.Count > 3 ? L.Load(sums + 3 * stride + 16) : default;
        F a4 = TTokens.Count > 4 ? L.Load(sums + 4 * stride) : default, b4 = TPanels.Count > 1 && TTokens.Count > 4 ? L.Load(sums + 4 * stride + 16) : default;
        F a5 = TTokens.Count > 5 ? L.Load(sums + 5 * stride) : default, b5 = TPanels.Count > 1 && TTokens.Count > 5 ? L.Load(sums + 5 * stride + 16) : default;
        F a6 = TTokens.Count > 6 ? L.Load(sums + 6 * stride) : default, b6 = TPanels.Count > 1 && TTokens.Count > 6 ? L.Load(sums + 6 * stride + 16) : default;
        F a7 = TTokens.Count > 7 ? L.Load(sums + 7 * stride) : default, b7 = TPanels.Count > 1 && TTokens.Count > 7 ? L.Load(sums + 7 * stride + 16) : default;
        F a8 = TTokens.Count > 8 ? L.Load(sums + 8 * stride) : default, b8 = TPanels.Count > 1 && TTokens.Count > 8 ? L.Load(sums + 8 * stride + 16) : default;
        F a9 = TTokens.Count > 9 ? L.Load(sums + 9 * stride) : default, b9 = TPanels.Count > 1 && TTokens.Count > 9 ? L.Load(sums + 9 * stride + 16) : default;
        F a10 = TTokens.Count > 10 ? L.Load(sums + 10 * stride) : default;
        F b10 = TPanels.Count > 1 && TTokens.Count > 10 ? L.Load(sums + 10 * stride + 16) : default;
        F a11 = TTokens.Count > 11 ? L.Load(sums + 11 * stride) : default;
        F b11 = TPanels.Count > 1 && TTokens.Count > 11 ? L.Load(sums + 11 * stride + 16) : default;
        for (int k = 0; k < columns; k++, weights += 16 * TElement.Bytes, x += width)
        {
            F a = TElement.Load<L, F, I, B>(weights), b = TPanels.Count > 1 ? TElement.Load<L, F, I, B>(weights + panelBytes) : default;
            Add<TPanels>(a, b, x, ref a0, ref b0);
            if (TTokens.Count > 1) Add<TPanels>(a, b, x + 1, ref a1, ref b1);
            if (TTokens.Count > 2) Add<TPanels>(a, b, x + 2, ref a2, ref b2);
            if (TTokens.Count > 3) Add<TPanels>(a, b, x + 3, ref a3, ref b3);
            if (TTokens.Count > 4) Add<TPanels>(a, b, x + 4, ref a4, ref b4);
            if (TTokens.Count > 5) Add<TPanels>(a, b, x + 5, ref a5, ref b5);
            if (TTokens.Count > 6) Add<TPanels>(a, b, x + 6, ref a6, ref b6);
            if (TTokens.Count > 7) Add<TPanels>(a, b, x + 7, ref a7, ref b7);
            if (TTokens.Count > 8) Add<TPanels>(a, b, x + 8, ref a8, ref b8);
            if (TTokens.Count > 9) Add<TPanels>(a, b, x + 9, ref a9, ref b9);
            if (TTokens.Count > 10) Add<TPanels>(a, b, x + 10, ref a10, ref b10);
            if (TTokens.Count > 11) Add<TPanels>(a, b, x + 11, ref a11, ref b11);
        }
        Store<TPanels>(sums, a0, b0);
        if (TTokens.Count > 1) Store<TPanels>(sums + stride, a1, b1);
        if (TTokens.Count > 2) Store<TPanels>(sums + 2 * stride, a2, b2);
        if (TTokens.Count > 3) Store<TPanels>(sums + 3 * stride, a3, b3);
        if (TTokens.Count > 4) Store<TPanels>(sums + 4 * stride, a4, b4);
        if (TTokens.Count > 5) Store<TPanels>(sums + 5 * stride, a5, b5);
        if (TTokens.Count > 6) Store<TPanels>(sums + 6 * stride, a6, b6);
        if (TTokens.Count > 7) Store<TPanels>(sums + 7 * stride, a7, b7);
        if (TTokens.Count > 8) Store<TPanels>(sums + 8 * stride, a8, b8);
        if (TTokens.Count > 9) Store<TPanels>(sums + 9 * stride, a9, b9);
        if (TTokens.Count > 10) Store<TPanels>(sums + 10 * stride, a10, b10);
        if (TTokens.Count > 11) Store<TPanels>(sums + 11 * stride, a11, b11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TPanels>(F a, F b, float* x, ref F sumA, ref F sumB)
        where TPanels : struct, ICount
    {
        F value = L.Broadcast(*x);
        sumA = L.Fma(a, value, sumA);
        if (TPanels.Count > 1) sumB = L.Fma(b, value, sumB);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TPanels>(float* to, F sumA, F sumB)
        where TPanels : struct, ICount
    {
        L.Store(to, sumA);
        if (TPanels.Count > 1) L.Store(to + 16, sumB);
    }
}
