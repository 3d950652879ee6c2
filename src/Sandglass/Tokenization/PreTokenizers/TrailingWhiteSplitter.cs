namespace Sandglass.Tokenization;

/// <summary>Cuts off the white space at a fragment's end: <c>\s+$</c>.</summary>
internal sealed class TrailingWhiteSplitter : Splitter
{
    public override int PieceEnd(ReadOnlySpan<byte> fragment, int at)
    {
        int start = fragment.Length;
        while (start > at)
        {
            int before = start - 1;
            while (before > at && (fragment[before] & 0xC0) == 0x80) before--;
            if ((Characters.ClassAt(fragment, before, out _) & CharacterClass.White) == 0) break;
            start = before;
        }
        return start == at ? fragment.Length : start;
    }
}
