using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>How many tokens go through the model in one step.</summary>
/// <param name="Rows">Tokens of texts that are being written, without guesses; and so requests that run, each of which has a row in every step.</param>
/// <param name="Tokens">Tokens of all kinds; 0 for the engine's own mixture.</param>
internal sealed record StepBudget(int Rows = StepBudget.Requests, int Tokens = 0)
{
    /// <summary>Rows, and requests that run, at most.</summary>
    public const int Requests = 64;

    /// <summary>Samples, or beams, that one request may ask for.</summary>
    public const int Sequences = 64;

    /// <summary>Tokens of prompts in a step at most: as many as the model takes.</summary>
    public const int PromptTokens = Decoder.MaxBatch;

    /// <summary>Tokens of prompts beside texts that are being written. Each waits for the whole step, at 64 tokens a quarter as long as at 256.</summary>
    /// <remarks>
    /// The price is a tile's work for fewer tokens: prompts are read at 0.94 of the rate with 256 (1B shape in Q4_0), 0.91 (Q4_K_M), 0.82 (135M in Q6_K);
    /// medians of five pairs, two Zen 4 cores.
    /// </remarks>
    public const int PromptTokensBesideWriters = 64;

    /// <summary>The fewest tokens of a prompt that has others after it, so that chunks do not become too small.</summary>
    public const int SmallestShare = 16;

    /// <summary>The fewest tokens of a step that there may be: one more than <see cref="SmallestShare"/>, so that texts and prompts both go on.</summary>
    public const int FewestTokens = SmallestShare + 1;

    /// <summary>The budget of an engine.</summary>
    public static StepBudget Of(ModelOptions options) => new(options.MaxBatch, options.MaxBatchTokens);

    /// <summary>Tokens of texts that are written: as many as leave prompts, where some wait to be read, their smallest share.</summary>
    /// <param name="prompts">Prompts that want to be read in the step.</param>
    public int RowsBeside(int prompts) => Tokens == 0 ? Rows : Math.Min(Rows, Tokens - (prompts > 0 ? SmallestShare : 0));

    /// <summary>Tokens of prompts.</summary>
    /// <param name="written">Tokens of texts that are written in the step.</param>
    public int PromptsBeside(int written) =>
        Tokens > 0 ? Tokens - written
        : written == 0 ? PromptTokens
        : PromptTokensBesideWriters;

    /// <summary>Drafted tokens, of all texts: what the model takes, less a token of each text and the prompts beside them.</summary>
    /// <param name="written">Tokens of texts that are written in the step.</param>
    /// <param name="prompts">Prompts that want to be read in the step: with a number of tokens for all, they go before guesses.</param>
    public int DraftsBeside(int written, int prompts) =>
        Tokens == 0 ? Decoder.MaxBatch - Requests - PromptTokensBesideWriters
        : prompts > 0 ? 0
        : Tokens - written;

    /// <summary>
    /// What the next of several prompts may take: half of what is left, so that the first in order is soon done and none after a long one stands still; the
    /// last one takes all.
    /// </summary>
    /// <param name="left">Tokens left in the step.</param>
    /// <param name="after">Prompts that come after this one.</param>
    public static int Share(int left, int after) => after == 0 ? left : Math.Min(left, Math.Max(left / 2, SmallestShare));
}
