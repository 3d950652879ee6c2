using System.Text;
using Sandglass.Chat;
using Sandglass.Generation;
using Sandglass.Tokenization;
using TokenKind = Sandglass.Tokenization.TokenKind;

namespace Sandglass;

/// <summary>What a model has read and written of a conversation, as ids. The next prompt begins with as many of them as stand for the same text: an answer's
/// ids are those that were chosen, which need not be those that its text would be cut into.</summary>
/// <param name="Ids">The ids.</param>
/// <param name="Ends">Where each of them ends in <paramref name="Utf8"/>; those that stand for nothing where the last one did.</param>
/// <param name="Utf8">The text, a control token as the template writes it.</param>
internal sealed record ReadText(int[] Ids, int[] Ends, byte[] Utf8)
{
    public static ReadText Nothing { get; } = new([], [], []);

    /// <summary>This with an answer behind it.</summary>
    public ReadText With(IReadOnlyList<GeneratedToken> answer, Tokenizer tokenizer)
    {
        int[] ids = new int[Ids.Length + answer.Count], ends = new int[ids.Length];
        Ids.CopyTo(ids, 0);
        Ends.CopyTo(ends, 0);
        List<byte> utf8 = [.. Utf8];
        for (int i = 0; i < answer.Count; i++)
        {
            GeneratedToken token = answer[i];
            utf8.AddRange(token.Bytes.IsEmpty ? Encoding.UTF8.GetBytes(tokenizer.Piece(token.Id)) : token.Bytes.Span);
            (ids[Ids.Length + i], ends[Ids.Length + i]) = (token.Id, utf8.Count);
        }
        return new ReadText(ids, ends, [.. utf8]);
    }

    /// <summary>A prompt, begun with these ids for as long as its text is this one: with all of them where that is all of the text, else up to the last place
    /// where tokens of both end. Behind it the prompt goes on with its own.</summary>
    public ReadText Continued(ChatPrompt prompt, Tokenizer tokenizer)
    {
        TokenizedText encoded = prompt.Encode(tokenizer);
        byte[] utf8 = Encoding.UTF8.GetBytes(prompt.Text);
        int[] ends = EndsOf(encoded);
        (int kept, int next, bool isAll) = LastMeeting(encoded.Ids, ends, Utf8.AsSpan().CommonPrefixLength(utf8), tokenizer);
        if (isAll && kept < Ids.Length && Rest(prompt, utf8, tokenizer) is { ByteRanges: [{ From: 0, To: > 0 }, ..] } rest)     // not begun with an added space
            return new ReadText([.. Ids, .. rest.Ids], [.. Ends, .. EndsOf(rest).Select(end => Utf8.Length + end)], utf8);
        return new ReadText([.. Ids.AsSpan(0, kept), .. encoded.Ids.AsSpan(next)], [.. Ends.AsSpan(0, kept), .. ends.AsSpan(next)], utf8);
    }

    /// <summary>What a prompt has behind this text, as tokens of its own.</summary>
    private TokenizedText Rest(ChatPrompt prompt, byte[] utf8, Tokenizer tokenizer)
    {
        int from = Encoding.UTF8.GetCharCount(utf8.AsSpan(0, Utf8.Length));
        List<TextPart> parts = [];
        int at = 0;
        foreach (TextPart part in prompt.Parts)
        {
            int begins = Math.Max(at, from);
            at += part.Length;
            if (at > begins) parts.Add(part with { Length = at - begins });
        }
        return tokenizer.Encode(prompt.Text[from..], parts, addBos: false);
    }

    /// <summary>Walks both through the text and gives how many tokens of each lie before the last place where both have one's end, and whether the text of all
    /// of these was met.</summary>
    private (int Mine, int Its, bool IsAll) LastMeeting(int[] itsIds, int[] itsEnds, int common, Tokenizer tokenizer)
    {
        (int Mine, int Its) last = (0, 0);
        int mine = 0, its = 0;
        while (true)
        {
            int at = mine == 0 ? 0 : Ends[mine - 1], itsAt = its == 0 ? 0 : itsEnds[its - 1];
            if (at == itsAt) last = (mine, its);
            bool movesMine = at <= itsAt, movesIts = itsAt <= at;
            if (movesMine && mine == Ids.Length) return (last.Mine, last.Its, true);
            if ((movesMine && Ends[mine] > common) || (movesIts && its == itsIds.Length)) return (last.Mine, last.Its, false);

            // a mark of the template and a text that only looks like one are not the same
            bool isMark = (movesMine && IsMark(Ids[mine], tokenizer)) || (movesIts && IsMark(itsIds[its], tokenizer));
            if (isMark && !(movesMine && movesIts && Ids[mine] == itsIds[its])) return (last.Mine, last.Its, false);
            if (movesMine) mine++;
            if (movesIts) its++;
        }
    }

    private static bool IsMark(int id, Tokenizer tokenizer) => tokenizer.Kind(id) is not (TokenKind.Normal or TokenKind.Byte);

    private static int[] EndsOf(TokenizedText text)
    {
        int[] ends = new int[text.Ids.Length];
        int end = 0;
        for (int i = 0; i < ends.Length; i++) ends[i] = end = Math.Max(end, text.ByteRanges[i].To);
        return ends;
    }
}
