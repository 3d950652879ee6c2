using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>The likeliest n of the tokens offered, in one pass: almost every offer costs one comparison with the worst token held.</summary>
/// <param name="room">Room for n keys, n at least 1.</param>
internal ref struct Best(Span<ulong> room)
{
    private const int Block = 512;       // looked at before the worst token held is looked at again

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

    /// <summary>Offers each element of a row under its place in it: in lanes, almost all fail against the worst token held.</summary>
    [SkipLocalsInit]
    internal void Offer(ReadOnlySpan<float> row)
    {
        Span<int> places = stackalloc int[Block];
        int id = 0;
        for (; id < row.Length && _count < _held.Length; id++) Offer(row[id], id);
        for (; id < row.Length; id += Block)
        {
            ReadOnlySpan<float> block = row.Slice(id, Math.Min(Block, row.Length - id));
            foreach (int place in places[..RowScan.Places(block, _floor, float.PositiveInfinity, places)]) Offer(block[place], id + place);
        }
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
