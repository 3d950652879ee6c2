namespace Sandglass.Tokenization;

/// <summary>What pairs of tokens merge to, as far as it was looked up: neighbours are often the same, and a number is found sooner than a string.</summary>
/// <remarks>Bounded: a pair takes the place of another one. Not thread-safe.</remarks>
internal sealed class PairMemo
{
    private const int Bits = 14;

    private readonly (ulong Pair, int Merged)[] _slots = new (ulong, int)[1 << Bits];

    /// <summary>Finds what two tokens merge to: an id, or -1 for none.</summary>
    public bool TryFind(int left, int right, out int merged)
    {
        ulong pair = Pair(left, right);
        (ulong Pair, int Merged) slot = _slots[Slot(pair)];
        merged = slot.Merged;
        return slot.Pair == pair;
    }

    public void Add(int left, int right, int merged)
    {
        ulong pair = Pair(left, right);
        _slots[Slot(pair)] = (pair, merged);
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32 | (uint)right) + 1;      // 0 is a free slot

    private static int Slot(ulong pair) => (int)(pair * 0x9E3779B97F4A7C15 >> (64 - Bits));
}
