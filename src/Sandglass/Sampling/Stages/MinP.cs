using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Keeps the tokens whose probability is at least p times the likeliest token's.</summary>
internal sealed class MinP(double p) : SamplerStep
{
    private readonly double _distance = Elementary.Log(p);               // of the logits: a ratio of probabilities is a difference of logits

    internal override string Name => "min_p";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (p == 0) return;
        candidates.RemoveBelow(candidates.MaxLogit() + _distance);
    }
}
