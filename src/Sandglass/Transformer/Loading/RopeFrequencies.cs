using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>The angle that one position adds to each rotary pair, after the scaling that the file asks for; computed in double.</summary>
internal sealed record RopeFrequencies(double[] Radians, float Scale)
{
    /// <param name="factors">[dimensions / 2] divisors of the frequencies (<c>rope_freqs.weight</c>), or null.</param>
    public static RopeFrequencies From(Hyperparameters shape, float[]? factors)
    {
        RopeScaling scaling = shape.RopeScaling;
        bool yarn = scaling.Kind == RopeScalingKind.Yarn && scaling.YarnExtFactor != 0;
        double interpolation = scaling.Kind is RopeScalingKind.Linear or RopeScalingKind.Yarn ? 1.0 / scaling.Factor : 1.0;
        (double low, double high) = YarnRamp(shape);

        double[] radians = new double[shape.RopeDimensions / 2];
        for (int i = 0; i < radians.Length; i++)
        {
            double own = Elementary.Pow(shape.RopeBase, -2.0 * i / shape.RopeDimensions) / (factors is null ? 1 : factors[i]);
            // YaRN keeps the frequencies of fast pairs and interpolates those of slow ones, with a ramp between them
            double kept = yarn ? scaling.YarnExtFactor * (1 - Math.Clamp((i - low) / Math.Max(0.001, high - low), 0, 1)) : 0;
            radians[i] = own * interpolation * (1 - kept) + own * kept;
        }
        return new RopeFrequencies(radians, (float)(scaling.AttentionFactor * (yarn ? YarnScale(scaling) : 1)));
    }

    /// <summary>The pairs between which YaRN's ramp runs: that rotate BetaFast and BetaSlow times in the original context (arXiv:2309.00071, 3.2).</summary>
    private static (double Low, double High) YarnRamp(Hyperparameters shape)
    {
        double Pair(double rotations) =>
            shape.RopeDimensions * Elementary.Log(shape.RopeScaling.OriginalContext / (rotations * 2 * Math.PI)) / (2 * Elementary.Log(shape.RopeBase));

        double low = Math.Floor(Pair(shape.RopeScaling.BetaFast)), high = Math.Ceiling(Pair(shape.RopeScaling.BetaSlow));
        return (Math.Max(0, low), Math.Min(shape.RopeDimensions - 1, high));
    }

    /// <summary>YaRN's factor on the length of queries and keys: 0.1 ln(factor) + 1, divided by the same with the file's multiplier, if it has one.</summary>
    private static double YarnScale(RopeScaling scaling)
    {
        double Longer(double multiplier) => scaling.Factor <= 1 ? 1 : 0.1 * multiplier * Elementary.Log(scaling.Factor) + 1;

        return scaling.YarnLogMultiplier == 0 ? Longer(1) : Longer(1) / Longer(scaling.YarnLogMultiplier);
    }
}
