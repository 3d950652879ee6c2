namespace Sandglass.Sampling;

/// <summary>Runs of tokens that no repetition crosses for <see cref="Dry"/>: line ends, quotes, names of speakers.</summary>
/// <remarks>
/// A trie of tokens, so that a position of the text costs at most as many lookups as the longest run has tokens, however many runs there are. Immutable: texts
/// share it.
/// </remarks>
internal sealed class SequenceBreakers
{
    private readonly Dictionary<(int Node, int Id), int> _next = [];
    private readonly List<bool> _ends = [false];             // [node], whether a run ends there; node 0 is the root

    /// <param name="runs">Each at least one token long.</param>
    internal SequenceBreakers(IEnumerable<int[]> runs)
    {
        foreach (int[] run in runs)
        {
            int node = 0;
            foreach (int id in run)
            {
                if (!_next.TryGetValue((node, id), out int child))
                {
                    _next[(node, id)] = child = _ends.Count;
                    _ends.Add(false);
                }
                node = child;
            }
            Longest = Math.Max(Longest, run.Length);
            _ends[node] = true;
        }
    }

    internal static SequenceBreakers None { get; } = new([]);

    /// <summary>Tokens of the longest run.</summary>
    internal int Longest { get; }

    /// <summary>Whether this token is a breaker by itself.</summary>
    internal bool IsBreaker(int id) => _next.TryGetValue((0, id), out int node) && _ends[node];

    /// <summary>Tokens of the longest run that a text begins with; 0 for none.</summary>
    internal int LongestAt(ReadOnlySpan<int> text)
    {
        int longest = 0;
        for (int node = 0, at = 0; at < text.Length && _next.TryGetValue((node, text[at]), out node); at++)
        {
            if (_ends[node]) longest = at + 1;
        }
        return longest;
    }
}
