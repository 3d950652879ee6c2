namespace Sandglass.Kernels;

/// <summary>Rotary positions: each pair of a head's first <c>dimensions</c> elements is turned by position * frequency. Source: Su et al. 2021, RoFormer.</summary>
internal static unsafe class Rope
{
    /// <summary>Cosine and sine of one position's angles, computed in double and rounded once.</summary>
    /// <param name="frequencies">[dimensions / 2], radians a position.</param>
    /// <param name="scale">Factor on both (YaRN's attention scale).</param>
    /// <param name="cosines">[dimensions / 2]</param>
    /// <param name="sines">[dimensions / 2]</param>
    public static void Angles(int position, ReadOnlySpan<double> frequencies, float scale, float* cosines, float* sines)
    {
        for (int i = 0; i < frequencies.Length; i++)
        {
            double angle = position * frequencies[i];
            cosines[i] = (float)(Elementary.Cos(angle) * scale);
            sines[i] = (float)(Elementary.Sin(angle) * scale);
        }
    }

    /// <summary>Turns the heads of one token in place.</summary>
    /// <param name="x">[heads, headDim]</param>
    /// <param name="pairs">dimensions / 2.</param>
    /// <param name="interleaved">Pairs are neighbours (2i, 2i + 1); otherwise, as in GPT-NeoX, (i, i + pairs).</param>
    public static void Rotate(float* x, int heads, int headDim, int pairs, bool interleaved, float* cosines, float* sines)
    {
        int step = interleaved ? 2 : 1, other = interleaved ? 1 : pairs;
        for (int head = 0; head < heads; head++, x += headDim)
        {
            for (int i = 0; i < pairs; i++)
            {
                float a = x[step * i], b = x[step * i + other];
                x[step * i] = MathF.FusedMultiplyAdd(a, cosines[i], -(b * sines[i]));
                x[step * i + other] = MathF.FusedMultiplyAdd(a, sines[i], b * cosines[i]);
            }
        }
    }
}
