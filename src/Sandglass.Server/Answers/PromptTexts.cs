using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>A prompt and the texts that are written after it: its samples, or one search with beams.</summary>
internal sealed record PromptTexts(PromptText Prompt, IReadOnlyList<TextGeneration> Texts)
{
    /// <summary>Ends those that still run, and returns when nothing is left of them.</summary>
    public async Task EndAsync()
    {
        foreach (TextGeneration text in Texts) await text.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Tokens of the prompt that were read, from the cache or by the model, and tokens that were written: of texts that ended early too. Known when
    /// all have ended.</summary>
    /// <param name="layers">Of the model.</param>
    public (int Read, int Written) Computed(int layers)
    {
        int read = Prompt.Scores is null ? 0 : Prompt.Ids.Length, written = 0;
        foreach (TextGeneration text in Texts)
        {
            if (text.Result is not { IsCompletedSuccessfully: true, Result: GenerationResult result }) continue;     // refused, so nothing was done
            read = Math.Max(read, ReadBy(result, layers));
            written += Usage.Written(result);
        }
        return (read, written);
    }

    private int ReadBy(GenerationResult result, int layers) => result switch
    {
        { QueueTime: null } => 0,
        { PrefillTime: not null } => Prompt.Ids.Length,
        _ => (int)Math.Min(Prompt.Ids.Length, result.CachedTokens + result.LayerTokenPasses / layers),     // it ended while it was read
    };
}
