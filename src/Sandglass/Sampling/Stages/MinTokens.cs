namespace Sandglass.Sampling;

/// <summary>Removes the end ids until the text has this many tokens after its prompt.</summary>
internal sealed class MinTokens(int tokens, int promptLength, IEnumerable<int> endIds) : SamplerStep
{
    private readonly int[] _endIds = [.. endIds];

    internal override string Name => "min_tokens";

    internal override bool IsStrict => true;

    internal override bool LooksBack => true;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (candidates.Text.Length - promptLength >= tokens) return;
        foreach (int id in _endIds) candidates.Remove(id);
    }
}
