namespace Sandglass.Tokenization;

/// <summary>GPT-2's pattern: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.</summary>
internal sealed class WordSplitter : Splitter
{
    private const CharacterClass Sign = CharacterClass.Punctuation | CharacterClass.Symbol | CharacterClass.Other;

    public override int PieceEnd(ReadOnlySpan<byte> fragment, int at)
    {
        byte first = fragment[at];
        if (first == '\'')
        {
            int contraction = Contraction.Length(fragment, at, anyCase: false);
            if (contraction > 0) return at + contraction;
        }

        // the optional space belongs to what follows it; at the end of the fragment nothing does
        int start = first == ' ' ? at + 1 : at;
        CharacterClass kind = Characters.ClassAt(fragment, start, out int length);
        if ((kind & Sign) != 0) kind = Sign;
        if (kind is not (CharacterClass.White or CharacterClass.None)) return Characters.EndOfRun(fragment, start + length, kind);

        return Whitespace.PieceEnd(fragment, at);
    }
}
