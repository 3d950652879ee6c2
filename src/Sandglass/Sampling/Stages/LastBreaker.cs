namespace Sandglass.Sampling;

/// <summary>Where the last breaker of a text stands, while the text grows: only what has been written since is looked at.</summary>
internal sealed class LastBreaker(SequenceBreakers breakers)
{
    private int _count;                 // tokens that are known
    private int _at = -1, _length;      // where it begins, and its tokens

    /// <summary>How many tokens at the end of a text come after its last breaker that begins at <paramref name="start"/> or later; all from there where it has
    /// none.</summary>
    /// <param name="isGrown">Whether it is the text of the last call, or that and more.</param>
    internal int TokensSince(ReadOnlySpan<int> text, int start, bool isGrown)
    {
        if (!isGrown) (_count, _at) = (0, -1);
        // a run that begins further back had all its tokens before
        for (int at = text.Length - 1; at >= Math.Max(0, _count - breakers.Longest + 1); at--)
        {
            int length = breakers.LongestAt(text[at..]);
            if (length == 0) continue;
            (_at, _length) = (at, length);
            break;
        }
        _count = text.Length;
        return _at >= start ? text.Length - _at - _length : text.Length - start;
    }

    internal LastBreaker Fork() => new(breakers) { _count = _count, _at = _at, _length = _length };
}
