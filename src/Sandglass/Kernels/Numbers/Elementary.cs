using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The elementary functions of the numeric path: equal bits on every system, because they consist of +, -, *, / and fma only.</summary>
/// <remarks>
/// The platform's libm differs between systems, so <c>BannedSymbols.txt</c> forbids it and these replace it. Two functions run in
/// SIMD lanes too: <see cref="Exp(float)"/>, here, and <see cref="Tanh(float)"/>; the double functions (within 1 ulp, <see cref="Tanh(double)"/> within 2)
/// are beside it, one family a file.
/// </remarks>
internal static partial class Elementary
{
    /// <summary>Below this e^x rounds to 0 (ln 2^-150 = -103.97): arguments are clamped here, so the exponent's arithmetic stays in range.</summary>
    internal const float ExpLowest = -104f;

    /// <summary>Above 88.72 e^x is infinite; clamped here, the last product overflows as it should.</summary>
    internal const float ExpHighest = 89f;

    /// <summary>log2 e.</summary>
    internal const float Log2E = 1.44269502f;

    /// <summary>1.5 * 2^23: added to |v| &lt; 2^22 it leaves v rounded to the nearest even integer in the low bits of the sum.</summary>
    internal const float RoundMagic = 12582912f;

    /// <summary>ln 2 in 24 bits. With |n| &lt;= 150 the remainder x - n * Ln2Hi is exact.</summary>
    internal const float Ln2Hi = 0.693147182f;

    /// <summary>ln 2 - <see cref="Ln2Hi"/>.</summary>
    internal const float Ln2Lo = -1.90465421e-9f;

    // e^r = 1 + r + r^2 (ExpC2 + ExpC3 r + ... + ExpC6 r^4) for |r| <= ln 2 / 2: minimax of the relative error, 3.2e-9 (a twentieth of an ulp),
    // fitted to one coefficient after the other, each rounded to F32 before the next.
    internal const float ExpC2 = 0.49999994f;
    internal const float ExpC3 = 0.166665211f;
    internal const float ExpC4 = 0.0416682698f;
    internal const float ExpC5 = 0.00836867746f;
    internal const float ExpC6 = 0.00138204114f;

    /// <summary>e^x in F32, within 1 ulp, subnormal results too; NaN gives NaN.</summary>
    /// <remarks>
    /// A vector twin does exactly these operations: both clamps let NaN pass (here a comparison with NaN is false; in lanes the constant is the first operand
    /// of a maximum or minimum that takes the second where one is NaN), the integer n is read from the bits of the sum without a conversion, and 2^n is
    /// applied in two factors of half the exponent, so that only the last product rounds, when the result is subnormal, or overflows.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Exp(float x)
    {
        x = x < ExpLowest ? ExpLowest : x;
        x = x > ExpHighest ? ExpHighest : x;

        float shifted = MathF.FusedMultiplyAdd(x, Log2E, RoundMagic);
        float n = shifted - RoundMagic;
        float r = MathF.FusedMultiplyAdd(-n, Ln2Hi, x);
        r = MathF.FusedMultiplyAdd(-n, Ln2Lo, r);

        float p = MathF.FusedMultiplyAdd(ExpC6, r, ExpC5);
        p = MathF.FusedMultiplyAdd(p, r, ExpC4);
        p = MathF.FusedMultiplyAdd(p, r, ExpC3);
        p = MathF.FusedMultiplyAdd(p, r, ExpC2);
        p = MathF.FusedMultiplyAdd(p, r, 1f);
        p = MathF.FusedMultiplyAdd(p, r, 1f);

        int exponent = BitConverter.SingleToInt32Bits(shifted) - BitConverter.SingleToInt32Bits(RoundMagic);
        int half = exponent >> 1;
        return p * PowerOfTwo32(half) * PowerOfTwo32(exponent - half);
    }

    /// <summary>2^n for -126 &lt;= n &lt;= 127, from its bits; any other n gives some number and no error (a NaN's lane multiplies by it).</summary>
    private static float PowerOfTwo32(int n) => BitConverter.Int32BitsToSingle((n + 127) << 23);
}
