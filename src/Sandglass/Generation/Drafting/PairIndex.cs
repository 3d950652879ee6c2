namespace Sandglass.Generation;

/// <summary>
/// Where each pair of neighbouring ids stands in a text that grows: the earlier places of its ending are found without a walk through all of it.
/// </summary>
internal sealed class PairIndex
{
    private const int MostPlaces = 64;      // that are looked at; in a text that has more of them, the latest

    private int[] _latest = [];     // [hash of a pair]: the place of its second id, the latest one; 0 for none
    private int[] _before = [];     // [place]: the one before with the same hash; 0 for none
    private int _count;             // ids that are known

    /// <summary>The longest ending of a text that stood in it before, up to a length; of equally long ones the latest.</summary>
    /// <param name="text">What it was at the last call, and more.</param>
    /// <param name="longest">Ids that are compared at most.</param>
    /// <returns>The place after its earlier occurrence, and its length; 0 where not even the last two ids occurred before.</returns>
    public (int Next, int Length) Find(ReadOnlySpan<int> text, int longest)
    {
        Learn(text);
        return Longest(text, text, longest, text.Length < 2 ? 0 : _before[text.Length - 1]);
    }

    /// <summary>The longest ending of a text that stands in another one.</summary>
    /// <param name="within">The other: the same at each call.</param>
    /// <param name="text">Whose ending is looked for.</param>
    /// <param name="longest">Ids that are compared at most.</param>
    /// <returns>The place after it, and its length; 0 where not even the last two ids stand there.</returns>
    public (int Next, int Length) Find(ReadOnlySpan<int> within, ReadOnlySpan<int> text, int longest)
    {
        Learn(within);
        return Longest(within, text, longest, text.Length < 2 ? 0 : _latest[Hash(text[^2], text[^1]) & (_latest.Length - 1)]);
    }

    private (int Next, int Length) Longest(ReadOnlySpan<int> within, ReadOnlySpan<int> text, int longest, int latest)
    {
        (int Next, int Length) best = (0, 0);
        int places = 0;
        for (int place = latest; place > 0 && places < MostPlaces && best.Length < longest; place = _before[place], places++)
        {
            int length = 0, most = Math.Min(longest, Math.Min(place + 1, text.Length));
            while (length < most && within[place - length] == text[text.Length - 1 - length]) length++;
            if (length >= 2 && length > best.Length) best = (place + 1, length);
        }
        return best;
    }

    private void Learn(ReadOnlySpan<int> text)
    {
        if (text.Length > _before.Length)
        {
            Array.Resize(ref _before, Math.Max(256, 2 * text.Length));
            _latest = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_before.Length)];
            _count = 0;
        }
        for (int place = Math.Max(1, _count); place < text.Length; place++)
        {
            ref int latest = ref _latest[Hash(text[place - 1], text[place]) & (_latest.Length - 1)];
            _before[place] = latest;
            latest = place;
        }
        _count = text.Length;
    }

    /// <summary>Pairs of equal hash are told apart when they are compared.</summary>
    private static int Hash(int first, int second)
    {
        uint hash = (uint)first * 0x9E3779B1 + (uint)second * 0x85EBCA77;
        return (int)(hash ^ hash >> 15);
    }
}
