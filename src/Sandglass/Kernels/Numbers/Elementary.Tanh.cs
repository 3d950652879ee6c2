namespace Sandglass.Kernels;

// The hyperbolic tangent in F32, which caps scores and logits.
internal static partial class Elementary
{
    /// <summary>Where 2|x| is larger, tanh(x) rounds to 1 (1 - tanh(10) = 4e-9): clamped here, so that the exponent stays in range.</summary>
    internal const float TanhHighest = 20f;

    /// <summary>tanh x in F32, within 3 ulp, subnormal arguments too; keeps -0, NaN gives NaN.</summary>
    /// <remarks>
    /// tanh |x| = e / (e + 2) with e = e^(2|x|) - 1. As in <see cref="Exp(float)"/> e^(2|x|) = 2^n (1 + t), and the polynomial gives t without the 1:
    /// for small x, where n is 0, e is t and nothing cancels.
    /// <see cref="Lanes{L, F, I, B}.Tanh"/> does exactly these operations.
    /// </remarks>
    internal static float Tanh(float x)
    {
        float twice = MathF.Abs(x) + MathF.Abs(x);
        twice = twice > TanhHighest ? TanhHighest : twice;

        float shifted = MathF.FusedMultiplyAdd(twice, Log2E, RoundMagic);
        float n = shifted - RoundMagic;
        float r = MathF.FusedMultiplyAdd(-n, Ln2Hi, twice);
        r = MathF.FusedMultiplyAdd(-n, Ln2Lo, r);

        float p = MathF.FusedMultiplyAdd(ExpC6, r, ExpC5);
        p = MathF.FusedMultiplyAdd(p, r, ExpC4);
        p = MathF.FusedMultiplyAdd(p, r, ExpC3);
        p = MathF.FusedMultiplyAdd(p, r, ExpC2);
        float t = MathF.FusedMultiplyAdd(r * r, p, r);

        float scale = PowerOfTwo32(BitConverter.SingleToInt32Bits(shifted) - BitConverter.SingleToInt32Bits(RoundMagic));
        float e = MathF.FusedMultiplyAdd(t, scale, scale - 1f);
        return MathF.CopySign(e / (e + 2f), x);
    }
}
