namespace Sandglass.Tokenization;

/// <summary>
/// Cuts out the runs of one set of characters; the text between them stays whole: <c>[set]+</c>, <c>\s?[set]+</c>, <c>[set]</c>, <c>[set][set][set]</c>.
/// </summary>
/// <param name="set">The characters of a run.</param>
/// <param name="least">The shortest match. A run is cut into matches from its beginning; a shorter remainder is no match.</param>
/// <param name="most">The longest match.</param>
/// <param name="leadingWhite">Whether one character of white space before a run belongs to it.</param>
internal sealed class RunSplitter(CharacterSet set, int least = 1, int most = int.MaxValue, bool leadingWhite = false) : Splitter
{
    public override int PieceEnd(ReadOnlySpan<byte> fragment, int at)
    {
        int end = MatchEnd(fragment, at);
        if (end > at) return end;

        // no match here: the piece ends before the next match. A run too short to match is skipped as a whole.
        while (at < fragment.Length)
        {
            int run = at;
            while (set.HoldsAt(fragment, run, out int inside)) run += inside;
            if (run == at)
            {
                Characters.ClassAt(fragment, at, out int outside);
                run = at + outside;
            }
            at = run;
            if (MatchEnd(fragment, at) > at) break;
        }
        return at;
    }

    /// <summary>The end of the match that begins exactly at <paramref name="at"/>, or <paramref name="at"/> itself.</summary>
    private int MatchEnd(ReadOnlySpan<byte> fragment, int at)
    {
        int start = at;
        if (leadingWhite && (Characters.ClassAt(fragment, at, out int white) & CharacterClass.White) != 0) start += white;

        int end = start, count = 0;
        while (count < most && set.HoldsAt(fragment, end, out int length))
        {
            end += length;
            count++;
        }
        return count >= least ? end : at;
    }
}
