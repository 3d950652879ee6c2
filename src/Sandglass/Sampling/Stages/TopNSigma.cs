namespace Sandglass.Sampling;

/// <summary>
/// Keeps the tokens whose logit is at most n standard deviations below the largest: unlike a probability, that does not move with the temperature.
/// </summary>
/// <param name="n">0 does nothing.</param>
internal sealed class TopNSigma(double n) : SamplerStep
{
    internal override string Name => "top_n_sigma";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (n == 0 || candidates.Count == 1) return;
        double sum = 0, squares = 0;
        int finite = 0;
        foreach (int id in candidates.Ids)
        {
            if (float.IsNegativeInfinity(candidates[id])) continue;
            sum += candidates[id];
            finite++;
        }
        double mean = sum / finite;
        foreach (int id in candidates.Ids)
        {
            double distance = candidates[id] - mean;
            if (double.IsFinite(distance)) squares += distance * distance;
        }
        candidates.RemoveBelow(candidates.MaxLogit() - n * Math.Sqrt(squares / finite));
    }
}
