namespace Sandglass.Sampling;

/// <summary>Takes all ids out but those that may be chosen.</summary>
/// <param name="ids">Null allows all.</param>
/// <param name="vocabularySize">One more than the largest id.</param>
internal sealed class Allowed(IReadOnlyCollection<int>? ids, int vocabularySize) : SamplerStep
{
    private readonly bool[]? _may = ids is null ? null : Flags(ids, vocabularySize);      // [id]

    internal override string Name => "allowed";

    internal override bool IsStrict => true;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (_may is null) return;
        foreach (int id in candidates.Ids)
        {
            if (!_may[id]) candidates.Remove(id);
        }
    }

    private static bool[] Flags(IReadOnlyCollection<int> ids, int vocabularySize)
    {
        var flags = new bool[vocabularySize];
        foreach (int id in ids) flags[id] = true;
        return flags;
    }
}
