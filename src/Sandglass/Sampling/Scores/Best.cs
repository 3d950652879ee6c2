using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>The likeliest n of the tokens offered, in one pass: almost every offer costs one comparison with the worst token held.</summary>
/// <param name="room">Room for n keys, n at least 1.</param>
/// <param name="floor">Less likely tokens are not held; unless it is negative infinity, n may not be found.</param>
internal ref struct Best(Span<ulong> room, float floor = float.NegativeInfinity)
{
    private const int Block = 512;       // looked at before the worst token held is looked at again
    private const float Near = 8;        // nats: mostly some tens to hundreds of tokens are not further from the likeliest

    // inverted keys, so that the heap's smallest is the least likely token held
    private readonly Span<ulong> _held = room;
    private int _count;
    private float _floor = floor;

    /// <summary>The likeliest of a row, each under its place in it.</summary>
    /// <param name="max">The largest logit: mostly all are found near it.</param>
    /// <param name="room">Not larger than the row.</param>
    internal static Best Of(ReadOnlySpan<float> row, float max, Span<ulong> room)
    {
        var best = new Best(room, max - Near);
        best.Offer(row);
        if (best.IsFull) return best;
        best = new Best(room);
        best.Offer(row);
        return best;
    }

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

    /// <summary>Offers each element of a row: in lanes, almost all fail against the worst token held.</summary>
    [SkipLocalsInit]
    private void Offer(ReadOnlySpan<float> row)
    {
        Span<int> places = stackalloc int[Block];
        for (int id = 0; id < row.Length; id += Block)
        {
            ReadOnlySpan<float> block = row.Slice(id, Math.Min(Block, row.Length - id));
            foreach (int place in places[..RowScan.Places(block, _floor, float.PositiveInfinity, places)]) Offer(block[place], id + place);
        }
    }

    /// <summary>Whether n are held.</summary>
    internal readonly bool IsFull => _count == _held.Length;

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
