using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Divides the logits: below 1 sharper, above 1 flatter.</summary>
/// <remarks>
/// With a range the temperature follows the entropy of the candidates, as llama.cpp's <c>temp_ext</c>: temperature - range where one token is certain,
/// temperature + range where all are equal.
/// </remarks>
/// <param name="temperature">Above 0; temperature 0, the likeliest token, is handled by the sampler.</param>
/// <param name="range">How far it may move; 0 leaves it.</param>
/// <param name="exponent">The power of the entropy's share of the largest entropy possible.</param>
internal sealed class Temperature(double temperature, double range = 0, double exponent = 1) : SamplerStep
{
    internal override string Name => "temperature";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        float max = candidates.MaxLogit();
        if (float.IsNegativeInfinity(max)) return;
        double divisor = range > 0 ? Dynamic(candidates, max) : temperature;
        if (divisor == 0)
        {
            candidates.RemoveAfter(LikelihoodOrder.Key(max, candidates.Likeliest()));
            return;
        }

        // only differences matter: where the division by a tiny temperature would overflow, the largest logit becomes 0
        double shift = float.IsFinite((float)(max / divisor)) ? 0 : max;
        candidates.Scale(shift, divisor);
    }

    private double Dynamic(Candidates candidates, float max)
    {
        if (candidates.Count == 1) return temperature;
        (double z, double weighted) = candidates.DepthSums(max);
        double share = Math.Clamp((Elementary.Log(z) - weighted / z) / Elementary.Log(candidates.Count), 0, 1);
        double least = Math.Max(0, temperature - range), most = temperature + range;
        return least + (most - least) * Elementary.Pow(share, exponent);
    }
}
