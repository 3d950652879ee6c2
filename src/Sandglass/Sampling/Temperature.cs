namespace Sandglass.Sampling;

/// <summary>Divides the logits: below 1 sharper, above 1 flatter.</summary>
/// <param name="temperature">Above 0; the likeliest token alone, "temperature 0", is the sampler's own business.</param>
internal sealed class Temperature(double temperature) : SamplerStep
{
    internal override string Name => "temperature";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        // only differences matter: where the division by a tiny temperature would overflow, the largest logit becomes 0
        float max = candidates.MaxLogit();
        double shift = float.IsFinite((float)(max / temperature)) ? 0 : max;
        foreach (int id in candidates.Ids) candidates[id] = (float)((candidates[id] - shift) / temperature);
    }
}
