using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>One text after a fork.</summary>
/// <param name="Id">The token that it begins with, at the fork.</param>
/// <param name="Logprob">Of that token.</param>
/// <param name="Ids">That token and the model's greedy continuation of it.</param>
/// <param name="Text">Their text.</param>
/// <param name="SharedTokens">Length of the longest common subsequence of the tokens after the fork, of this text and that of the likeliest token.</param>
/// <param name="MeetsAt">The first index after the fork from which both texts have the same tokens to the end; null where their common end is shorter than
/// <see cref="ForkStudy.LeastCommon"/> tokens.</param>
/// <param name="Score">Its summed log-probability.</param>
/// <param name="Finish">Why it ended.</param>
public sealed record ForkBranch(
    int Id, float Logprob, IReadOnlyList<int> Ids, string Text, int SharedTokens, int? MeetsAt, float Score, FinishReason Finish);

/// <summary>Continues one prompt from each of the likeliest tokens at a position, and measures how far the texts diverge.</summary>
public static class ForkStudy
{
    /// <summary>Two texts meet where at least this many tokens at their ends are the same: one or two (a full stop) are chance.</summary>
    public const int LeastCommon = 4;

    /// <summary>What it shows, and what it cannot.</summary>
    public static ExperimentClaim Claim { get; } = new(
        "One text is continued from each of the likeliest tokens at a place, the likeliest token always after it, and every branch is compared with the first.",
        "It shows how much hangs on one token: how likely each road was, how likely what follows it is, and whether it comes back to the same words.",
        "It cannot show how likely a road is as a whole: after the fork only the likeliest text of each is followed, and nothing is drawn.");

    /// <summary>Runs the study. All branches are generated together and share the prompt's pages as far as the engine shares them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">Ids of the prompt.</param>
    /// <param name="position">Tokens generated greedily before the fork.</param>
    /// <param name="branches">How many of the likeliest tokens are followed, 1 to 64.</param>
    /// <param name="tokens">Most tokens of a branch, the first one included.</param>
    /// <param name="progress">Reports tokens generated so far and at most, also while the prompt is processed; called from several threads at once. Null for
    /// no reports.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The tokens before the fork, and the branches, the likeliest first.</returns>
    /// <exception cref="GenerationException">The prompt and what is asked for do not fit, or the model ends the text before the fork.</exception>
    public static async Task<(string Before, IReadOnlyList<ForkBranch> Branches)> RunAsync(
        LanguageModel model, IReadOnlyList<int> prompt, int position, int branches, int tokens, IProgress<(int Done, int Most)>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        int room = model.Options.Window > 0 ? int.MaxValue : model.Context - prompt.Count;
        GenerationOptions.Require(
            position >= 0 && position < room, nameof(position), $"a whole number from 0 to {room - 1}, a place that the context has room for", position);
        GenerationOptions.Require(
            branches is >= 1 and <= StepBudget.Sequences, nameof(branches), $"a whole number from 1 to {StepBudget.Sequences}", branches);
        GenerationOptions.Require(tokens >= 1, nameof(tokens), "a whole number from 1", tokens);

        GenerationOptions greedy = new() { Sampling = SamplerOptions.Greedy };
        int done = 0, most = position + 1 + branches * (tokens - 1);
        Progress<(int Read, int Total)>? reading = progress is null ? null : new(_ => progress.Report((done, most)));  // a long prompt is not silent
        void Written() => progress?.Report((Interlocked.Increment(ref done), most));
        GenerationOptions toTheFork = greedy with { MaxTokens = position + 1, Logprobs = branches, PromptProgress = reading };
        List<GeneratedToken> trunk = await Read(model.GenerateAsync(prompt, toTheFork, cancellation), Written, cancellation).ConfigureAwait(false);
        GenerationOptions.Require(trunk.Count == position + 1, nameof(position), $"at most {trunk.Count - 1}: there the model ends the text", position);

        int[] stem = [.. prompt, .. trunk.Take(position).Select(token => token.Id)];
        IReadOnlyList<TokenLogprob> likeliest = trunk[position].Top;
        Task<Branch>[] under = [.. likeliest.Select(first => Follow(model, stem, first, greedy with { MaxTokens = tokens - 1 }, Written, cancellation))];
        Branch[] found = await Task.WhenAll(under).ConfigureAwait(false);
        return (model.Tokenizer.Decode([.. trunk.Take(position).Select(token => token.Id)]), [.. found.Select(branch => branch.BesideThe(found[0]))]);
    }

    private static async Task<Branch> Follow(
        LanguageModel model, int[] stem, TokenLogprob first, GenerationOptions options, Action written, CancellationToken cancellation)
    {
        string text = model.Tokenizer.Decode([first.Id]);
        if (model.Tokenizer.EndIds.Contains(first.Id)) return new Branch(first, [first.Id], "", first.Logprob, FinishReason.Eos);
        if (options.MaxTokens == 0) return new Branch(first, [first.Id], text, first.Logprob, FinishReason.Length);

        TextGeneration generation = model.GenerateAsync([.. stem, first.Id], options, cancellation);
        List<GeneratedToken> tokens = await Read(generation, written, cancellation).ConfigureAwait(false);
        int[] ids = [first.Id, .. tokens.Select(token => token.Id)];
        FinishReason finish = (await generation.Result.ConfigureAwait(false)).Finish;
        int[] shown = finish == FinishReason.Eos ? ids[..^1] : ids;
        return new Branch(first, ids, model.Tokenizer.Decode(shown), first.Logprob + tokens.Sum(token => token.Logprob), finish);
    }

    private static async Task<List<GeneratedToken>> Read(TextGeneration generation, Action written, CancellationToken cancellation)
    {
        List<GeneratedToken> tokens = [];
        await foreach (GeneratedToken token in generation.ConfigureAwait(false))
        {
            tokens.Add(token);
            written();
        }
        if ((await generation.Result.ConfigureAwait(false)).Finish == FinishReason.Cancelled) throw new OperationCanceledException(cancellation);
        return tokens;
    }

    private sealed record Branch(TokenLogprob First, int[] Ids, string Text, float Score, FinishReason Finish)
    {
        public ForkBranch BesideThe(Branch likeliest) =>
            new(First.Id, First.Logprob, Ids, Text, Common(Ids.AsSpan(1), likeliest.Ids.AsSpan(1)), Meeting(Ids, likeliest.Ids), Score, Finish);
    }

    /// <summary>Length of the longest common subsequence.</summary>
    internal static int Common(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        int[] row = new int[other.Length + 1];      // [tokens of the other]
        foreach (int id in one)
        {
            int diagonal = 0;
            for (int i = 1; i <= other.Length; i++)
            {
                int above = row[i];
                row[i] = other[i - 1] == id ? diagonal + 1 : Math.Max(above, row[i - 1]);
                diagonal = above;
            }
        }
        return row[^1];
    }

    /// <summary>Index at which the common end of two texts of equal length begins; null where it is shorter than <see cref="LeastCommon"/>.</summary>
    internal static int? Meeting(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        if (one.Length != other.Length) return null;
        int at = one.Length;
        while (at > 0 && one[at - 1] == other[at - 1]) at--;
        return at == 0 || one.Length - at >= LeastCommon ? at : null;
    }
}
