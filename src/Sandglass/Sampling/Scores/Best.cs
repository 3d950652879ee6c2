namespace Sandglass.Sampling;

/// <summary>The likeliest n of the tokens offered, in one pass: almost every offer costs one comparison with the worst token held.</summary>
/// <param name="room">Room for n keys, n at least 1.</param>
internal ref struct Best(Span<ulong> room)
{
    // inverted keys, so that the heap's smallest is the least likely token held
    private readonly Span<ulong> _held = room;
    private int _count;
    private float _floor = float.NegativeInfinity;

    internal void Offer(float logit, int id)
    {
        if (logit < _floor) return;
        ulong inverted = ~LikelihoodOrder.Key(logit, id);
        if (_count < _held.Length)
        {
            _held[_count++] = inverted;
            if (_count < _held.Length) return;
            MinHeap.Build(_held);
        }
        else
        {
            if (inverted < _held[0]) return;
            MinHeap.Replace(_held, inverted);
        }
        _floor = LikelihoodOrder.Logit(~_held[0]);
    }

    /// <summary>The key of the least likely token held, once n or more were offered.</summary>
    internal readonly ulong Worst => ~_held[0];

    /// <summary>The keys, likeliest first. Call it last: it reorders what is held.</summary>
    internal readonly ReadOnlySpan<ulong> Sorted()
    {
        Span<ulong> keys = _held[.._count];
        foreach (ref ulong key in keys) key = ~key;
        keys.Sort();
        return keys;
    }
}
