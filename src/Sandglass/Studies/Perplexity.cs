using System.Text;
using Sandglass.Generation;
using Sandglass.Kernels;

namespace Sandglass.Studies;

/// <summary>Perplexity as llama.cpp measures it: the text's ids are cut into chunks, each chunk starts with an empty cache, and its second half is
/// scored.</summary>
public static class Perplexity
{
    /// <summary>Measures the perplexity of a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="text">The whole text. Names of control tokens in it are plain text.</param>
    /// <param name="context">Ids per chunk, at least 4.</param>
    /// <param name="chunks">How many chunks at most; null for all.</param>
    /// <param name="progress">Reports chunks done, chunks in total and the perplexity so far; called between two chunks.</param>
    /// <param name="cancellationToken">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GenerationException">The text is shorter than one chunk, or the chunk longer than the context.</exception>
    public static Task<PerplexityResult> MeasureAsync(
        LanguageModel model, string text, int context = 512, int? chunks = null, IProgress<(int Done, int Total, double SoFar)>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return MeasureAsync(model, Encoding.UTF8.GetBytes(text), context, chunks, progress, cancellationToken);
    }

    /// <summary>Measures the perplexity of a text given as bytes. Bytes that are not UTF-8 are spelled as the vocabulary spells bytes.</summary>
    /// <param name="utf8">The whole text.</param>
    /// <inheritdoc cref="MeasureAsync(LanguageModel, string, int, int?, IProgress{ValueTuple{int, int, double}}, CancellationToken)"/>
    public static async Task<PerplexityResult> MeasureAsync(
        LanguageModel model, ReadOnlyMemory<byte> utf8, int context = 512, int? chunks = null, IProgress<(int Done, int Total, double SoFar)>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        GenerationOptions.Require(
            context >= 4 && context <= model.Context, nameof(context), $"a whole number from 4 to {model.Context}, the model's own", context);
        GenerationOptions.Require(chunks is null or > 0, nameof(chunks), "a whole number from 1", chunks);
        int[] ids = model.Tokenizer.Encode(utf8.Span, parseSpecial: false).Ids;
        int total = Math.Min(ids.Length / context, chunks ?? int.MaxValue);
        GenerationOptions.Require(total > 0, "text", $"at least {context} tokens", ids.Length);

        int first = context / 2;
        double sum = 0;
        int tokens = 0;
        ScoreOptions options = new() { From = first, ShareCache = false };   // no other text will begin with a chunk
        for (int chunk = 0; chunk < total; chunk++)
        {
            int[] chunkIds = ids[(chunk * context)..((chunk + 1) * context)];
            if (model.Tokenizer.AddsBos) chunkIds[0] = model.Tokenizer.BosId!.Value;
            await foreach (TokenScore score in model.ScoreAsync(chunkIds, options, cancellationToken).ConfigureAwait(false))
            {
                sum -= score.Logprob;
                tokens++;
            }
            progress?.Report((chunk + 1, total, Elementary.Exp(sum / tokens)));
        }
        return new PerplexityResult(Elementary.Exp(sum / tokens), total, tokens, KernelPath.Name, model.Options.Compute);
    }
}
