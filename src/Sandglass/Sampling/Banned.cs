namespace Sandglass.Sampling;

/// <summary>Takes ids out that must never be chosen, greedily or by a draw.</summary>
internal sealed class Banned(IReadOnlyCollection<int> ids) : SamplerStep
{
    internal override string Name => "banned";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        int left = candidates.Count;
        foreach (int id in ids)
        {
            if (left == 1) return; // a step leaves at least one
            candidates.Remove(id);
            left--;
        }
    }
}
