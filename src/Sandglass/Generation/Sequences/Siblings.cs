namespace Sandglass.Generation;

/// <summary>The other samples of a prompt: when the first has read it, each is forked with its pages and the same logits.</summary>
/// <param name="outputs">The output of each.</param>
/// <param name="make">Makes the sequence of an output, by its place in the list.</param>
internal sealed class Siblings(IReadOnlyList<GenerationOutput> outputs, Func<GeneratedSequence, int, GeneratedSequence> make)
{
    private int _forked;

    /// <summary>Forks all, once. One that cannot be made fails alone.</summary>
    public void ForkAll(GeneratedSequence first, ReadOnlySpan<float> logits)
    {
        while (_forked < outputs.Count)
        {
            int number = _forked++;
            try
            {
                first.Fork(make(first, number), logits);
            }
            catch (Exception failure)
            {
                outputs[number].Fail(failure);
            }
        }
    }

    /// <summary>Those that were not forked end as the first one did, with seeds of their own.</summary>
    public void Complete(GenerationResult first)
    {
        for (int i = _forked; i < outputs.Count; i++)
            outputs[i].Complete(first with { Seed = unchecked(first.Seed + (ulong)i + 1), CacheBytes = 0, LayerTokenPasses = 0, MultiplyAdds = default });
    }

    /// <summary>Those that were not forked fail as the first one did.</summary>
    public void Fail(Exception failure)
    {
        for (int i = _forked; i < outputs.Count; i++) outputs[i].Fail(failure);
    }
}
