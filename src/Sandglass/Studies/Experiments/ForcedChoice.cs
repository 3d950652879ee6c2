using Sandglass.Generation;
using Sandglass.Tokenization;

namespace Sandglass.Studies;

/// <summary>A question whose answer is one of a few words: the likeliest of them is what the model answers, however likely other words are. So a model too weak
/// to answer can be asked too, and guessing has a known share of hits.</summary>
internal sealed class ForcedChoice
{
    /// <summary>Words to choose from.</summary>
    public const int Count = 8;

    private readonly int[] _ids = new int[Count];      // the first token of each, all different

    /// <param name="tokenizer">The model's.</param>
    /// <param name="words">The first of them whose first tokens are different are taken.</param>
    /// <exception cref="GenerationException">There are too few.</exception>
    public ForcedChoice(Tokenizer tokenizer, IEnumerable<string> words)
    {
        List<string> taken = [];
        int[] before = tokenizer.Encode(Before, addBos: false).Ids;
        foreach (string word in words)
        {
            int[] with = tokenizer.Encode($"{Before} {word}", addBos: false).Ids;
            if (taken.Count == Count || with.Length <= before.Length || !with.AsSpan().StartsWith(before)) continue;
            int id = with[before.Length];
            if (_ids.AsSpan(0, taken.Count).Contains(id)) continue;
            _ids[taken.Count] = id;
            taken.Add(word);
        }
        GenerationOptions.Require(
            taken.Count == Count, "model", $"a vocabulary that tells {Count} of the experiment's words apart by their first tokens", taken.Count);
        Words = taken;
    }

    // what a word stands behind, so that it is a word within a text
    private const string Before = "It is";

    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>What comes next in a text.</summary>
    /// <param name="right">Index of the right word.</param>
    /// <returns>Whether it is the likeliest of the words, its log-probability among all tokens, and the logits.</returns>
    public async Task<(bool IsHit, double Logprob, ReadOnlyMemory<float> Logits)> AskAsync(
        LanguageModel model, int[] text, int right, CancellationToken cancellation)
    {
        ScoreOptions last = new() { From = text.Length - 1, Logits = true };
        await foreach (TokenScore score in model.ScoreAsync([.. text, _ids[right]], last, cancellation).ConfigureAwait(false))
        {
            int best = 0;
            for (int i = 1; i < Count; i++)
                if (score.Logits.Span[_ids[i]] > score.Logits.Span[_ids[best]]) best = i;
            return (best == right, score.Logprob, score.Logits);
        }
        throw new OperationCanceledException(cancellation);
    }
}
