namespace Sandglass.Tokenization;

/// <summary>Collects the tokens of a text with their places in it, as many as are wanted.</summary>
/// <param name="room">For so many at first.</param>
/// <param name="most">Beyond this many the rest of the text is left alone.</param>
/// <param name="withRanges">Whether their places are wanted.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class TokenSink(int room, int most = int.MaxValue, bool withRanges = true, CancellationToken cancellation = default)
{
    private const int Look = 1 << 12;       // words between two looks at the cancellation

    private int[] _ids = new int[room];
    private (int From, int To)[] _ranges = new (int, int)[withRanges ? room : 0];
    private int _words;

    /// <summary>Ends the work with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Whether not all may be wanted.</summary>
    public bool IsBounded => most < int.MaxValue;

    /// <summary>How many there are so far.</summary>
    public int Count { get; private set; }

    /// <summary>Where the text was left alone; null where all of it was tokenised.</summary>
    public int? StoppedAt { get; private set; }

    /// <summary>Asked before each word: whether no more are wanted, since with it there are too many. Then the text is left alone from there.</summary>
    /// <param name="more">Tokens of the word, at least.</param>
    /// <param name="at">Where it begins.</param>
    public bool IsBeyond(int more, int at)
    {
        if (++_words % Look == 0) cancellation.ThrowIfCancellationRequested();
        if ((long)Count + more <= most) return false;
        StoppedAt ??= at;
        return true;
    }

    public void Add(int id, int from, int to)
    {
        if (Count == _ids.Length)
        {
            int larger = Math.Max(16, 2 * Count);
            Array.Resize(ref _ids, larger);
            if (withRanges) Array.Resize(ref _ranges, larger);
        }
        _ids[Count] = id;
        if (withRanges) _ranges[Count] = (from, to);
        Count++;
    }

    public int[] ToIds() => _ids.AsSpan(0, Count).ToArray();

    public TokenizedText ToText() => new(ToIds(), _ranges.AsSpan(0, Count).ToArray());
}
