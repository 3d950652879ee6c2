namespace Sandglass.Sampling;

/// <summary>Exclude top choices: sometimes removes every token of at least the threshold's probability except the least likely of them.</summary>
/// <param name="probability">How often.</param>
/// <param name="threshold">At most 1/2, or there could not be two.</param>
internal sealed class Xtc(double probability, double threshold) : SamplerStep
{
    private const double Unit = 1.0 / (1L << 53);

    internal override string Name => "xtc";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (candidates.Count == 1 || (chance.Bits() >> 11) * Unit >= probability) return;
        float max = candidates.MaxLogit();
        ulong total = 0;
        foreach (int id in candidates.Ids) total += Weights.Of(candidates[id], max);

        double enough = threshold * total;
        ulong last = 0;                                      // the key of the least likely token that reaches the threshold
        foreach (int id in candidates.Ids)
        {
            if (Weights.Of(candidates[id], max) < enough || float.IsNegativeInfinity(candidates[id])) continue;
            last = Math.Max(last, LikelihoodOrder.Key(candidates[id], id));
        }
        foreach (int id in candidates.Ids)
        {
            if (LikelihoodOrder.Key(candidates[id], id) < last) candidates.Remove(id);
        }
    }
}
