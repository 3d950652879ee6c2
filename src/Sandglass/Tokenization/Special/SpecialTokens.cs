using System.Text;

namespace Sandglass.Tokenization;

/// <summary>Finds the tokens that are matched as a whole before the text between them is tokenised.</summary>
/// <remarks>
/// The rule is llama.cpp's: the longest token takes all its places from left to right, then the next longest (of equal length, the lower id) takes those
/// still free,
/// and so on. That is not "the longest at each place": of abc and bcde, the text abcde contains bcde. One pass finds where tokens end; a queue by rank
/// assigns places.
/// </remarks>
internal sealed class SpecialTokens
{
    private const int MostBytes = 1 << 24;      // of all together: the trie has a state per byte

    // by rank
    private readonly int[] _ids, _lengths;
    private readonly bool[] _swallowsRight, _needsTrust;
    private readonly SpecialTokenTrie _trie;

    /// <summary>Prepares the search for these tokens.</summary>
    /// <param name="vocabulary">Has their strings.</param>
    /// <param name="ids">The tokens, in ascending order.</param>
    /// <param name="swallowsRight">Whether a token includes the white space after it.</param>
    public SpecialTokens(Vocabulary vocabulary, List<int> ids, Func<int, bool> swallowsRight)
    {
        byte[][] texts = new byte[ids.Count][];
        long total = 0;
        long[] ranking = new long[ids.Count];       // the longest first; of equal ones the lower index, which is the lower id
        for (int i = 0; i < texts.Length; i++)
        {
            total += Encoding.UTF8.GetByteCount(vocabulary.Texts[ids[i]]);
            if (total > MostBytes) BadVocabulary.SpecialTooLong(vocabulary.Metadata.File, MostBytes);
            texts[i] = Encoding.UTF8.GetBytes(vocabulary.Texts[ids[i]]);
            ranking[i] = (long)-texts[i].Length << 32 | (uint)i;
        }
        Array.Sort(ranking);

        byte[][] ranked = new byte[texts.Length][];
        (_ids, _lengths) = (new int[texts.Length], new int[texts.Length]);
        (_swallowsRight, _needsTrust) = (new bool[texts.Length], new bool[texts.Length]);
        for (int rank = 0; rank < texts.Length; rank++)
        {
            int index = (int)(uint)ranking[rank];
            (ranked[rank], _ids[rank], _lengths[rank], _swallowsRight[rank]) = (texts[index], ids[index], texts[index].Length, swallowsRight(ids[index]));
            _needsTrust[rank] = TurnMarks.Is(vocabulary, ids[index]);
        }
        _trie = new SpecialTokenTrie(ranked);
    }

    /// <summary>Finds the special tokens of a text, from left to right.</summary>
    /// <param name="text">The text.</param>
    /// <param name="trusted">Where control tokens are meant as such; null for everywhere.</param>
    public List<SpecialMatch> Find(ReadOnlySpan<byte> text, TrustedBytes? trusted = null)
    {
        List<SpecialMatch> found = [];
        PlaceQueue? queue = Candidates(text);
        if (queue is null) return found;

        int[] takenUntil = new int[text.Length];        // for a taken byte the end of the token that took it, else 0
        while (queue.TryTake(out uint order, out int end))
        {
            if (takenUntil[end - 1] != 0) continue;
            int rank = (int)order, state = _trie.StateOf(rank);
            int start = end - _lengths[rank];

            // tokens placed before are at least as long and cannot lie inside this one, so checking both ends is enough
            if (trusted is not null && _needsTrust[rank] && !trusted.Hold(start, end))
            {
                state = _trie.ShorterMatch(state);
                if (state != 0) queue.Add((uint)_trie.StringOf(state), end);
                continue;
            }
            if (takenUntil[start] == 0)
            {
                int to = end;
                if (_swallowsRight[rank])
                    while (to < text.Length && takenUntil[to] == 0 && text[to] is (byte)' ' or >= 9 and <= 13) to++;
                takenUntil.AsSpan(start, to - start).Fill(to);
                found.Add(new SpecialMatch(_ids[rank], start, to));
                continue;
            }
            int free = takenUntil[start];
            while (takenUntil[free] != 0) free = takenUntil[free];
            do state = _trie.ShorterMatch(state);
            while (state != 0 && _lengths[_trie.StringOf(state)] > end - free);
            if (state != 0) queue.Add((uint)_trie.StringOf(state), end);
        }
        found.Sort((a, b) => a.From.CompareTo(b.From));
        return found;
    }

    /// <summary>For each place where tokens end, the longest of them, queued by rank; null where there is none.</summary>
    private PlaceQueue? Candidates(ReadOnlySpan<byte> text)
    {
        PlaceQueue? queue = null;
        int state = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (state == 0 && !_trie.IsStart(text[at])) continue;
            state = _trie.Step(state, text[at]);
            int match = _trie.LongestMatch(state);
            if (match != 0) (queue ??= new PlaceQueue()).Add((uint)_trie.StringOf(match), at + 1);
        }
        return queue;
    }
}
