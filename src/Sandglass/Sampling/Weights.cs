using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Probabilities as integers, <c>round(e^(logit - max) * 2^32)</c>: their 64-bit sums are exact in any order.</summary>
internal static class Weights
{
    /// <summary>Where <c>max - logit</c> reaches this the weight is 0: e^-23 * 2^32 = 0.44.</summary>
    internal const int Reach = 23;

    private const double One = 4294967296;                   // 2^32, the likeliest token's weight; 2^31 such tokens fit the sum

    internal static ulong Of(float logit, float max)
    {
        double distance = (double)max - logit;
        return distance > Reach ? 0 : (ulong)Math.Round(Elementary.Exp(-distance) * One);
    }
}
