namespace Sandglass.Sampling;

/// <summary>Takes the end ids out until the text has so many tokens behind its prompt.</summary>
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
