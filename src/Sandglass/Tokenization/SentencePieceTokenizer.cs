using System.Text;
using System.Text.Unicode;

namespace Sandglass.Tokenization;

/// <summary>
/// SentencePiece BPE (<c>llama</c>): spaces become ▁, then neighbours that together are a token merge, the highest score first. What remains is spelled in
/// bytes.
/// </summary>
internal sealed class SentencePieceTokenizer : Tokenizer
{
    private const int Longest = WordCache.LongestWord;
    private readonly SentencePieceMerges _merges;

    public SentencePieceTokenizer(Vocabulary vocabulary) : base(vocabulary, new SpecialIds(vocabulary, addsBos: true, bos: 1, eos: 2, unknown: 0))
    {
        AddsSpacePrefix = vocabulary.Metadata.Bool("tokenizer.ggml.add_space_prefix") ?? true;
        _merges = new SentencePieceMerges(vocabulary, UnknownId);
        LongestPiece = _merges.LongestText;
    }

    private protected override bool AddsSpacePrefix { get; }

    private protected override byte[] SpellNormal(string token) => Encoding.UTF8.GetBytes(token.Replace(SpaceMark.Letter, ' '));

    private protected override void EncodeFragment(ReadOnlySpan<byte> text, int offset, bool afterSpecial, Workspace workspace, TokenSink sink)
    {
        // in invalid UTF-8 the length of a character may reach over a space: the text is then one word, as in the reference
        bool cut = Utf8.IsValid(text);
        int at = 0;
        bool prefix = AddsSpacePrefix && afterSpecial;
        while (at < text.Length)
        {
            int end = cut ? WordEnd(text, at) : text.Length;
            if (sink.IsBeyond(sink.IsBounded ? LeastOfWord(text[at..end]) : 0, offset + at)) return;
            int length = Normalise(text, at, end, prefix, workspace);
            Emit(length, offset, workspace, sink);
            at = end;
            prefix = false;
        }
    }

    /// <summary>
    /// The end of the word at <paramref name="at"/>: before the next space, unless some token reaches over the space from the character before it.
    /// </summary>
    private int WordEnd(ReadOnlySpan<byte> text, int at)
    {
        at += SpaceMark.LengthAt(text, at);
        while (at < text.Length)
        {
            int next = text[at..].IndexOfAny((byte)' ', SpaceMark.FirstByte);
            if (next < 0) return text.Length;

            at += next;
            int space = SpaceMark.LengthAt(text, at);
            if (space > 0 && !EndsWithSpace(text[..at]) && !_merges.ReachesOverSpace(text[at - 1])) return at;
            at += Math.Max(space, 1);
        }
        return at;
    }

    private static bool EndsWithSpace(ReadOnlySpan<byte> text) => text[^1] == ' ' || text.EndsWith(SpaceMark.Utf8);

    /// <summary>Writes a word with its spaces as ▁ to the workspace, with the place of each border in the text; returns its length.</summary>
    private static int Normalise(ReadOnlySpan<byte> text, int from, int to, bool prefix, Workspace workspace)
    {
        int most = checked(3 * (to - from + 1));
        Span<byte> word = workspace.Word(most);
        Span<int> borders = workspace.Borders(most + 1);
        int length = 0;
        borders[0] = from;
        if (prefix) length = Append(SpaceMark.Utf8, from, word, borders, length);
        for (int at = from; at < to; at++)
        {
            if (text[at] == ' ')
            {
                length = Append(SpaceMark.Utf8, at + 1, word, borders, length);
                continue;
            }
            word[length++] = text[at];
            borders[length] = at + 1;
        }
        return length;
    }

    // borders inside a mark count as its end: the first of several tokens for it has the whole range
    private static int Append(ReadOnlySpan<byte> mark, int place, Span<byte> word, Span<int> borders, int length)
    {
        mark.CopyTo(word[length..]);
        borders.Slice(length + 1, mark.Length).Fill(place);
        return length + mark.Length;
    }

    private void Emit(int length, int offset, Workspace workspace, TokenSink sink)
    {
        ReadOnlySpan<byte> word = workspace.Word(length)[..length];
        if (length > Longest || !workspace.Words.TryFind(word, out ReadOnlySpan<Piece> pieces))
        {
            pieces = _merges.Apply(word, workspace);
            workspace.Words.Add(word, pieces);
        }

        ReadOnlySpan<int> borders = workspace.Borders(length + 1);
        int at = 0;
        foreach (Piece piece in pieces)
        {
            if (piece.Id >= 0) sink.Add(piece.Id, offset + borders[at], offset + borders[at + piece.Length]);
            at += piece.Length;
        }
    }
}
