namespace Sandglass.Sampling;

/// <summary>Removes every id except those that may be chosen.</summary>
/// <param name="ids">Null allows all.</param>
internal sealed class Allowed(IReadOnlyCollection<int>? ids) : SamplerStep
{
    private readonly int[]? _ids = ids is null ? null : [.. ids.Order()];

    internal override string Name => "allowed";

    internal override bool IsStrict => true;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (_ids is null) return;
        int next = 0;                                        // of the allowed ids, the first that is not below the candidate
        foreach (int id in candidates.Ids)
        {
            while (next < _ids.Length && _ids[next] < id) next++;
            if (next == _ids.Length || _ids[next] != id) candidates.Remove(id);
        }
    }
}
