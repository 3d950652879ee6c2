using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>Texts that no repetition crosses, as the runs of tokens that may hold them.</summary>
/// <remarks>
/// As llama.cpp: a token with the whole text in it, or one that ends with the text's beginning, followed by the tokens of what is missing. Texts are compared
/// with what tokens are called,
/// so one that names a control token breaks at it. Finding them walks the whole vocabulary for each text, on the caller's thread; the last few sets of texts
/// are kept for each tokenizer.
/// </remarks>
internal sealed class BreakerTokens
{
    private const int LongestTail = 20;                      // tokens; what comes later is not looked at
    private const int MostKept = 16;                         // sets of texts

    private static readonly ConditionalWeakTable<Tokenizer, BreakerTokens> PerTokenizer = [];

    private readonly ConcurrentDictionary<string, SequenceBreakers> _kept = new();

    public static SequenceBreakers Of(IEnumerable<string> texts, Tokenizer tokenizer)
    {
        ConcurrentDictionary<string, SequenceBreakers> kept = PerTokenizer.GetOrCreateValue(tokenizer)._kept;
        string[] set = [.. texts];
        string name = string.Join('\0', set.Select(text => $"{text.Length} {text}"));
        if (kept.TryGetValue(name, out SequenceBreakers? breakers)) return breakers;

        if (kept.Count >= MostKept) kept.Clear();
        return kept[name] = Find(set, tokenizer);
    }

    private static SequenceBreakers Find(string[] texts, Tokenizer tokenizer)
    {
        List<int[]> runs = [];
        foreach (string text in texts)
        {
            byte[] breaker = Encoding.UTF8.GetBytes(text);
            int[]?[] tails = new int[breaker.Length][];      // [bytes already there], encoded once each
            for (int id = 0; id < tokenizer.VocabularySize; id++) AddRuns(runs, id, tokenizer, breaker, tails);
        }
        return new SequenceBreakers(runs);
    }

    private static void AddRuns(List<int[]> runs, int id, Tokenizer tokenizer, ReadOnlySpan<byte> breaker, int[]?[] tails)
    {
        ReadOnlySpan<byte> token = tokenizer.Called(id).Span;
        if (token.IndexOf(breaker) >= 0)
        {
            runs.Add([id]);
            return;
        }
        for (int there = Math.Min(breaker.Length - 1, token.Length); there > 0; there--)
        {
            if (!token.EndsWith(breaker[..there])) continue;
            int[] tail = tails[there] ??= [.. tokenizer.Encode(breaker[there..], addBos: false, parseSpecial: false).Ids.Take(LongestTail)];
            runs.Add([id, .. tail]);
        }
    }
}
