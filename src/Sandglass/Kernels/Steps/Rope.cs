using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>Rotary positions: each pair of a head's first <c>dimensions</c> elements is rotated by position * frequency. Source: Su et al. 2021.</summary>
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

    /// <summary>Rotates the heads of one token in place.</summary>
    /// <param name="x">[heads, headDim]</param>
    /// <param name="pairs">dimensions / 2.</param>
    /// <param name="interleaved">Pairs are neighbours (2i, 2i + 1); otherwise, as in GPT-NeoX, a half apart: (i, i + pairs).</param>
    public static void Rotate(float* x, int heads, int headDim, int pairs, bool interleaved, float* cosines, float* sines)
    {
        int whole = KernelPath.Current == KernelWidth.Scalar ? 0 : interleaved ? pairs & ~1 : pairs & ~3;
        if (whole > 0 && interleaved) RotateNeighbours(x, heads, headDim, whole, cosines, sines);
        else if (whole > 0) RotateHalves(x, heads, headDim, whole, pairs, cosines, sines);
        if (whole < pairs) Scalar(x, heads, headDim, whole, pairs, interleaved, cosines, sines);
    }

    /// <summary>The plain twin, from a pair on.</summary>
    internal static void Scalar(float* x, int heads, int headDim, int from, int pairs, bool interleaved, float* cosines, float* sines)
    {
        int step = interleaved ? 2 : 1, other = interleaved ? 1 : pairs;
        for (int head = 0; head < heads; head++, x += headDim)
        {
            for (int i = from; i < pairs; i++)
            {
                float a = x[step * i], b = x[step * i + other];
                x[step * i] = MathF.FusedMultiplyAdd(a, cosines[i], -(b * sines[i]));
                x[step * i + other] = MathF.FusedMultiplyAdd(a, sines[i], b * cosines[i]);
            }
        }
    }

    /// <summary>Two pairs of neighbours at once, side by side: the same operations, since a factor's sign is the product's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RotateNeighbours(float* x, int heads, int headDim, int pairs, float* cosines, float* sines)
    {
        for (int i = 0; i < pairs; i += 2)
        {
            Vector128<float> ofA = Vector128.Create(cosines[i], sines[i], cosines[i + 1], sines[i + 1]);
            Vector128<float> ofB = Vector128.Create(-sines[i], cosines[i], -sines[i + 1], cosines[i + 1]);
            float* at = x + 2 * i;
            for (int head = 0; head < heads; head++, at += headDim)
            {
                Vector128<float> two = Vector128.Load(at);
                Vector128<float> a = Vector128.Shuffle(two, Vector128.Create(0, 0, 2, 2)), b = Vector128.Shuffle(two, Vector128.Create(1, 1, 3, 3));
                Vector128.FusedMultiplyAdd(a, ofA, b * ofB).Store(at);
            }
        }
    }

    /// <summary>Four pairs at once, whose elements lie <paramref name="apart"/> from each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RotateHalves(float* x, int heads, int headDim, int pairs, int apart, float* cosines, float* sines)
    {
        for (int i = 0; i < pairs; i += 4)
        {
            Vector128<float> cosine = Vector128.Load(cosines + i), sine = Vector128.Load(sines + i);
            float* at = x + i;
            for (int head = 0; head < heads; head++, at += headDim)
            {
                Vector128<float> a = Vector128.Load(at), b = Vector128.Load(at + apart);
                Vector128.FusedMultiplyAdd(a, cosine, -(b * sine)).Store(at);
                Vector128.FusedMultiplyAdd(a, sine, b * cosine).Store(at + apart);
            }
        }
    }
}
