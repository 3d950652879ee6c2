namespace Sandglass.Tokenization;

/// <summary>
/// The pattern of Llama 3 (digits by up to three) and of Qwen 2 (digits one by one):
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// </summary>
internal sealed class LineAwareSplitter(int digits) : Splitter
{
    private const CharacterClass Sign = CharacterClass.Punctuation | CharacterClass.Symbol | CharacterClass.Other;

    public override int PieceEnd(ReadOnlySpan<byte> fragment, int at)
    {
        byte first = fragment[at];
        if (first == '\'')
        {
            int contraction = Contraction.Length(fragment, at, anyCase: true);
            if (contraction > 0) return at + contraction;
        }

        CharacterClass kind = Characters.ClassAt(fragment, at, out int length);
        if (kind == CharacterClass.Number) return EndOfDigits(fragment, at);

        bool lineBreak = first is (byte)'\r' or (byte)'\n';
        if (!lineBreak && (kind == CharacterClass.Letter || Characters.ClassAt(fragment, at + length, out _) == CharacterClass.Letter))
            return Characters.EndOfRun(fragment, at + length, CharacterClass.Letter);

        int start = first == ' ' ? at + 1 : at;
        CharacterClass next = Characters.ClassAt(fragment, start, out _);
        if ((next & Sign) != 0)
        {
            int end = Characters.EndOfRun(fragment, start, Sign);
            while (end < fragment.Length && fragment[end] is (byte)'\r' or (byte)'\n') end++;
            return end;
        }

        int breaks = Whitespace.LineBreakEnd(fragment, at);
        return breaks > 0 ? breaks : Whitespace.PieceEnd(fragment, at);
    }

    private int EndOfDigits(ReadOnlySpan<byte> fragment, int at)
    {
        for (int i = 0; i < digits && Characters.ClassAt(fragment, at, out int length) == CharacterClass.Number; i++) at += length;
        return at;
    }
}
