using System.Buffers;

namespace Sandglass.Sampling;

/// <summary>
/// How the end of a text repeats what stands earlier in it, while the text grows: one token more costs a look at the earlier places of that token, not at the
/// whole text.
/// </summary>
/// <remarks>
/// What ends at an earlier place p of the text's new last token is one token longer than what ended at p - 1 when the token before was the last, and nothing
/// ends elsewhere. Places of a token are chained from the latest back. <see cref="Repeats"/> is the plain way, in which an index begins.
/// </remarks>
internal sealed class RepeatIndex
{
    private const int MostSteps = 8;    // tokens that are added one by one: more are counted anew

    private int[] _latest = [];         // [hash of a token]: 1 + its latest place; 0 for none
    private int[] _before = [];         // [place]: 1 + the place before with the same hash; 0 for none
    private int[] _lengths = [];        // [place of the last token]: how many tokens that end there equal the text's last ones
    private int _count;                 // tokens that are known

    /// <summary>Follows a text.</summary>
    /// <param name="isGrown">Whether it is the text of the last call, or that and more.</param>
    internal void Learn(ReadOnlySpan<int> text, bool isGrown)
    {
        if (!isGrown) _count = 0;
        if (text.Length > _before.Length) Grow(text);
        if (text.Length - _count > MostSteps || _count == 0) Count(text);
        while (_count < text.Length) Add(text);
    }

    /// <summary>The latest place of the last token before the end; -1 for none.</summary>
    internal int First(ReadOnlySpan<int> text) => Earlier(text, text.Length - 1);

    /// <summary>The place before another one that has the same token; -1 for none.</summary>
    internal int Earlier(ReadOnlySpan<int> text, int place)
    {
        int token = text[place];
        do place = _before[place] - 1;
        while (place >= 0 && text[place] != token);
        return place;
    }

    /// <summary>How many tokens that end at a place of the last token equal the text's last ones.</summary>
    internal int Length(int place) => _lengths[place];

    internal RepeatIndex Fork() => new()
    {
        _latest = [.. _latest],
        _before = [.. _before],
        _lengths = [.. _lengths],
        _count = _count,
    };

    private void Add(ReadOnlySpan<int> text)
    {
        int last = _count++;
        Chain(text, last);
        for (int place = Earlier(text, last); place >= 0; place = Earlier(text, place))    // descending: the length before is still the old one
            _lengths[place] = 1 + (place > 0 && text[place - 1] == text[last - 1] ? _lengths[place - 1] : 0);
    }

    private void Count(ReadOnlySpan<int> text)
    {
        Array.Clear(_latest);
        for (int place = 0; place < text.Length; place++) Chain(text, place);
        int[] repeats = ArrayPool<int>.Shared.Rent(text.Length);
        Repeats.Count(text, repeats);
        for (int back = 1; back < text.Length; back++) _lengths[text.Length - 1 - back] = repeats[back];
        ArrayPool<int>.Shared.Return(repeats);
        _count = text.Length;
    }

    private void Chain(ReadOnlySpan<int> text, int place)
    {
        ref int latest = ref _latest[Hash(text[place]) & (_latest.Length - 1)];
        _before[place] = latest;
        latest = place + 1;
    }

    private void Grow(ReadOnlySpan<int> text)
    {
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(256, text.Length + 1));
        Array.Resize(ref _before, size);
        Array.Resize(ref _lengths, size);
        _latest = new int[size];
        for (int place = 0; place < _count; place++) Chain(text, place);
    }

    private static int Hash(int token)
    {
        uint hash = (uint)token * 0x9E3779B1;
        return (int)(hash ^ hash >> 15);
    }
}
