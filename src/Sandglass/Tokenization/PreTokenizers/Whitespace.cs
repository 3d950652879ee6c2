namespace Sandglass.Tokenization;

/// <summary>How the word patterns cut a run of white space: <c>\s+(?!\S)|\s+</c>.</summary>
internal static class Whitespace
{
    /// <summary>
    /// The end of the piece of white space at <paramref name="at"/>: the whole run at the end of the fragment, otherwise all but its last character, which
    /// belongs to the next word.
    /// </summary>
    public static int PieceEnd(ReadOnlySpan<byte> fragment, int at)
    {
        int last = at, end = at;
        while ((Characters.ClassAt(fragment, end, out int length) & CharacterClass.White) != 0)
        {
            last = end;
            end += length;
        }
        return end == fragment.Length || last == at ? end : last;
    }

    /// <summary>The end of <c>\s*[\r\n]+</c> at <paramref name="at"/>: after the last line break of the run, or -1 where it has none.</summary>
    public static int LineBreakEnd(ReadOnlySpan<byte> fragment, int at)
    {
        int end = -1;
        while ((Characters.ClassAt(fragment, at, out int length) & CharacterClass.White) != 0)
        {
            at += length;
            if (fragment[at - 1] is (byte)'\r' or (byte)'\n') end = at;
        }
        return end;
    }
}
