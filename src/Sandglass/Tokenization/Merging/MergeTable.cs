using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sandglass.Tokenization;

/// <summary>The merges of a byte-level vocabulary: (left symbol, right symbol) to rank and merged symbol.</summary>
internal sealed class MergeTable
{
    private const ulong Free = ulong.MaxValue;      // symbols are not negative, so no pair has this value

    // differs from run to run, so that no file can be made whose merges all collide; results do not depend on it
    private static readonly ulong Seed = (uint)HashCode.Combine(0) | 1UL << 40;

    private readonly (ulong Pair, uint Rank, int Merged)[] _slots;
    private readonly int _mask;

    /// <summary>A table with room for <paramref name="count"/> merges.</summary>
    public MergeTable(int count)
    {
        _slots = new (ulong, uint, int)[BitOperations.RoundUpToPowerOf2((uint)count * 2 + 2)];
        _mask = _slots.Length - 1;
        Array.Fill(_slots, (Free, 0u, 0));
    }

    /// <summary>Adds a merge; of two for the same pair the first counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int left, int right, uint rank, int merged)
    {
        ref (ulong Pair, uint Rank, int Merged) slot = ref Slot(left, right);
        if (slot.Pair == Free) slot = (Pair(left, right), rank, merged);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(int left, int right, out uint rank, out int merged)
    {
        ref (ulong Pair, uint Rank, int Merged) slot = ref Slot(left, right);
        (rank, merged) = (slot.Rank, slot.Merged);
        return slot.Pair != Free;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref (ulong Pair, uint Rank, int Merged) Slot(int left, int right)
    {
        ulong pair = Pair(left, right);
        ulong hash = (pair ^ Seed) * 0xD6E8FEB86659FD93;
        hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93;
        int at = (int)(hash >> 32) & _mask;
        while (_slots[at].Pair != pair && _slots[at].Pair != Free) at = at + 1 & _mask;
        return ref _slots[at];
    }

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;
}
