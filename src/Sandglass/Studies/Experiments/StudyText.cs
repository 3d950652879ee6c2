using System.Runtime.InteropServices;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>Texts that are scored under several settings of a model.</summary>
/// <param name="Texts">Ids of each.</param>
/// <param name="From">The first position of each whose distribution is scored; those before it are context.</param>
/// <param name="IsDrawn">Whether the model itself wrote them.</param>
public sealed record StudyText(IReadOnlyList<IReadOnlyList<int>> Texts, int From, bool IsDrawn)
{
    /// <summary>Lets the model write them, at temperature 1 with no filter. What another model loses on such a text is an estimate of its Kullback-Leibler
    /// divergence from the one that wrote it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">Ids of the prompt that all begin with; not scored.</param>
    /// <param name="texts">How many, 1 to 64.</param>
    /// <param name="tokens">Tokens of each.</param>
    /// <param name="seed">Of the first; each further one has the next.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the context has no room for so many tokens.</exception>
    public static async Task<StudyText> DrawAsync(
        LanguageModel model, IReadOnlyList<int> prompt, int texts, int tokens, ulong seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        Room.Require(model, prompt.Count, tokens);
        GenerationOptions options = new()
        {
            Sampling = new SamplerOptions { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = seed },
            IgnoreEnd = true,
            MaxTokens = tokens,
        };
        (List<GeneratedToken> Tokens, GenerationResult Result)[] written = await WrittenTexts.ReadAsync(
            model.GenerateSamples(prompt, texts, options, cancellation), tokens, _ => { }, cancellation).ConfigureAwait(false);
        return new StudyText([.. written.Select(text => (int[])[.. prompt, .. text.Tokens.Select(token => token.Id)])], prompt.Count - 1, IsDrawn: true);
    }

    /// <summary>Cuts a text into pieces as perplexity is measured: of each the second half is scored, and where the model adds a begin token it stands in place
    /// of the first id.</summary>
    /// <param name="model">The model.</param>
    /// <param name="utf8">The text. Names of control tokens in it are plain text.</param>
    /// <param name="texts">Pieces at most.</param>
    /// <param name="tokens">Ids of a piece, at least 4.</param>
    /// <exception cref="GenerationException">The text is shorter than one piece, or a piece longer than the context.</exception>
    public static StudyText Cut(LanguageModel model, ReadOnlySpan<byte> utf8, int texts, int tokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        GenerationOptions.Require(tokens >= 4 && tokens <= model.Context, nameof(tokens), $"a whole number from 4 to {model.Context}, the context", tokens);
        int[] ids = model.Tokenizer.Encode(utf8, parseSpecial: false).Ids;
        GenerationOptions.Require(ids.Length >= tokens, "text", $"at least {tokens} tokens", ids.Length);
        int[][] pieces = [.. ids.Chunk(tokens).Where(piece => piece.Length == tokens).Take(texts)];
        if (model.Tokenizer is { AddsBos: true, BosId: int begin })
            foreach (int[] piece in pieces) piece[0] = begin;
        return new StudyText(pieces, tokens / 2, IsDrawn: false);
    }

    /// <summary>What results depend on.</summary>
    internal IEnumerable<ExperimentFact> Facts
    {
        get
        {
            int[] all = [From, .. Texts.SelectMany(text => text.Prepend(text.Count))];
            Span<byte> hash = stackalloc byte[Sha256.HashBytes];
            Sha256.Hash(MemoryMarshal.AsBytes(all.AsSpan()), hash);
            return [ExperimentFact.Of("text", Convert.ToHexStringLower(hash[..8]))];
        }
    }

    /// <summary>Scores them.</summary>
    /// <param name="from">The first position that is scored, where it is a later one.</param>
    /// <param name="within">Is told how much is done, from 0 to 1.</param>
    internal async Task<ScoredPlace[]> ScoreAsync(LanguageModel model, int from, Action<double> within, CancellationToken cancellation)
    {
        List<ScoredPlace> places = [];
        ScoreOptions options = new() { From = Math.Max(From, from), Logprobs = 1, ShareCache = false };
        for (int i = 0; i < Texts.Count; i++)
        {
            await foreach (TokenScore score in model.ScoreAsync(Texts[i], options, cancellation).ConfigureAwait(false))
                places.Add(new ScoredPlace(score.Logprob, score.Top[0].Id));
            within((i + 1) / (double)Texts.Count);
        }
        return [.. places];
    }
}
