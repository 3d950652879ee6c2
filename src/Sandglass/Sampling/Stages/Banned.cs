namespace Sandglass.Sampling;

/// <summary>Removes ids that must never be chosen, greedily or by a draw.</summary>
internal sealed class Banned(IEnumerable<int> ids) : SamplerStep
{
    private readonly int[] _ids = [.. ids.Distinct()];

    internal override string Name => "banned";

    internal override bool IsStrict => true;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        foreach (int id in _ids) candidates.Remove(id);
    }
}
