namespace Sandglass.Sampling;

/// <summary>Runs of tokens over which <see cref="Dry"/> sees no repetition: line ends, quotes, names of speakers.</summary>
/// <param name="runs">Each at least one token long.</param>
internal sealed class SequenceBreakers(IEnumerable<int[]> runs)
{
    private readonly ILookup<int, int[]> _byHead = runs.ToLookup(run => run[0]);

    internal static SequenceBreakers None { get; } = new([]);

    /// <summary>Whether this token is a breaker by itself.</summary>
    internal bool IsBreaker(int id)
    {
        foreach (int[] run in _byHead[id])
        {
            if (run.Length == 1) return true;
        }
        return false;
    }

    /// <summary>How many tokens at the end of a text come after its last breaker; all where it has none.</summary>
    internal int TokensSince(ReadOnlySpan<int> text)
    {
        for (int at = text.Length - 1; at >= 0; at--)
        {
            int longest = 0;
            foreach (int[] run in _byHead[text[at]])
            {
                if (run.Length > longest && text[at..].StartsWith(run)) longest = run.Length;
            }
            if (longest > 0) return text.Length - at - longest;
        }
        return text.Length;
    }
}
