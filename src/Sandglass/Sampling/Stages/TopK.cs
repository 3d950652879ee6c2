namespace Sandglass.Sampling;

/// <summary>Keeps the k likeliest tokens; among equals the lower ids; 0 keeps all.</summary>
internal sealed class TopK(int k) : SamplerStep
{
    internal override string Name => "top_k";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (k == 0 || k >= candidates.Count) return;
        candidates.RemoveAfter(candidates.Best(k).Worst);
    }
}
