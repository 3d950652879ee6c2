using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>How many tokens go through the model in one step.</summary>
internal static class StepBudget
{
    /// <summary>Tokens of texts that are being written in a step, without guesses.</summary>
    public const int Rows = 64;

    /// <summary>Requests that run at most, so that each has a row in every step; the others wait in order.</summary>
    public const int Requests = Rows;

    /// <summary>Samples, or beams, that one request may ask for.</summary>
    public const int Sequences = 64;

    /// <summary>Tokens of prompts in a step where no text is being written: as many as the model takes.</summary>
    public const int PromptTokens = Decoder.MaxBatch;

    /// <summary>Tokens of prompts beside texts that are being written. Each waits for the whole step, at 64 tokens a quarter as long as at 256.</summary>
    /// <remarks>
    /// The price is a tile's work for fewer tokens: prompts are read at 0.94 of the rate with 256 (1B shape in Q4_0), 0.91 (Q4_K_M), 0.82 (135M in Q6_K);
    /// medians of five pairs, two Zen 4 cores.
    /// </remarks>
    public const int PromptTokensBesideWriters = 64;

    /// <summary>Drafted tokens in a step, of all texts: what the model takes, less a token of each text and the prompts beside them.</summary>
    public const int Drafts = Decoder.MaxBatch - Rows - PromptTokensBesideWriters;

    /// <summary>The fewest tokens of a prompt that has others after it, so that chunks do not become too small.</summary>
    public const int SmallestShare = 16;

    /// <summary>
    /// What the next of several prompts may take: half of what is left, so that the first in order is soon done and none after a long one stands still; the
    /// last one takes all.
    /// </summary>
    /// <param name="left">Tokens left in the step.</param>
    /// <param name="after">Prompts that come after this one.</param>
    public static int Share(int left, int after) => after == 0 ? left : Math.Min(left, Math.Max(left / 2, SmallestShare));
}
