using System.Runtime.InteropServices;
using Sandglass.KvCache;
using Sandglass.Tracing;

namespace Sandglass.Transformer;

/// <summary>What goes through the model at once: a segment of each sequence that takes part. A row is a token; rows do not depend on each other.</summary>
internal sealed class Batch
{
    private readonly List<Segment> _segments = [];
    private readonly List<int> _owners = [];    // [row]: its segment

    /// <summary>One a sequence, in the order of their rows.</summary>
    public ReadOnlySpan<Segment> Segments => CollectionsMarshal.AsSpan(_segments);

    /// <summary>Rows: the tokens of all segments.</summary>
    public int Tokens => _owners.Count;

    /// <summary>The segment of a row.</summary>
    public ref readonly Segment Owner(int row) => ref Segments[_owners[row]];

    /// <summary>Adds tokens of one more sequence; a sequence may have only one segment.</summary>
    /// <param name="watched">Takes down what its last tokens attend to; null where nobody watches.</param>
    public void Add(SequenceCache cache, ReadOnlyMemory<int> tokens, Counters work, WatchedAttention? watched = null)
    {
        _segments.Add(new Segment(cache, tokens, Tokens, cache.Length, work, watched));
        for (int i = 0; i < tokens.Length; i++)
            _owners.Add(_segments.Count - 1);
    }

    /// <summary>Empties it for the next step.</summary>
    public void Clear()
    {
        _segments.Clear();
        _owners.Clear();
    }
}
