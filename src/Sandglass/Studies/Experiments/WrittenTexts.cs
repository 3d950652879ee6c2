using Sandglass.Generation;

namespace Sandglass.Studies;

/// <summary>Reads texts that are written together to their ends.</summary>
internal static class WrittenTexts
{
    /// <param name="generations">The texts.</param>
    /// <param name="most">Tokens of one at most, for the progress.</param>
    /// <param name="within">Is told how much is done, from 0 to 1.</param>
    /// <returns>For each text its tokens, and how it ended.</returns>
    public static async Task<(List<GeneratedToken> Tokens, GenerationResult Result)[]> ReadAsync(
        IReadOnlyList<TextGeneration> generations, int most, Action<double> within, CancellationToken cancellation)
    {
        int done = 0;
        return await Task.WhenAll(generations.Select(Read)).ConfigureAwait(false);

        async Task<(List<GeneratedToken>, GenerationResult)> Read(TextGeneration generation)
        {
            List<GeneratedToken> tokens = [];
            await foreach (GeneratedToken token in generation.ConfigureAwait(false))
            {
                tokens.Add(token);
                within(Math.Min(1, Interlocked.Increment(ref done) / (double)((long)most * generations.Count)));
            }
            GenerationResult result = await generation.Result.ConfigureAwait(false);
            if (result.Finish == FinishReason.Cancelled) throw new OperationCanceledException(cancellation);
            return (tokens, result);
        }
    }
}
