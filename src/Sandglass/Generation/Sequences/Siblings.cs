namespace Sandglass.Generation;

/// <summary>The other samples of a prompt, yet to be born: when the first has read it, each begins with a fork of its pages and the same logits.</summary>
/// <param name="outputs">Who listens to each.</param>
/// <param name="make">The sequence of a listener, by its place in the list, that begins where the first one stands.</param>
internal sealed class Siblings(IReadOnlyList<GenerationOutput> outputs, Func<GeneratedSequence, int, GeneratedSequence> make)
{
    private int _forked;

    /// <summary>How many are yet to be born.</summary>
    public int Count => outputs.Count - _forked;

    /// <summary>The next one; where it cannot be made, it stays unborn.</summary>
    public GeneratedSequence Fork(GeneratedSequence first)
    {
        GeneratedSequence sibling = make(first, _forked);
        _forked++;
        return sibling;
    }

    /// <summary>Those that were never born end as the first one did, with seeds of their own.</summary>
    public void Complete(GenerationResult first)
    {
        for (int i = _forked; i < outputs.Count; i++)
            outputs[i].Complete(first with { Seed = unchecked(first.Seed + (ulong)i + 1), CacheBytes = 0, LayerTokenPasses = 0, MultiplyAdds = default });
    }

    /// <summary>Those that were never born fail as the first one did.</summary>
    public void Fail(Exception failure)
    {
        for (int i = _forked; i < outputs.Count; i++) outputs[i].Fail(failure);
    }
}
