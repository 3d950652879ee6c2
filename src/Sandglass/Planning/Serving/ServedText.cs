using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Planning;

/// <summary>A request as it is planned for.</summary>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Answer">Tokens of the answer, on average, were there no end of the context.</param>
/// <param name="HitRate">The share of the prompt's tokens whose keys and values are there already.</param>
/// <param name="Spread">Of the lengths of answers.</param>
/// <param name="Longest">Tokens of an answer at most, for which the model's context has room: there the engine ends it.</param>
internal readonly record struct ServedText(int Prompt, int Answer, double HitRate = 0, AnswerSpread Spread = AnswerSpread.Geometric,
    int Longest = int.MaxValue)
{
    /// <summary>Tokens of the prompt that are found: whole pages, and never the last token, which has to go through the model.</summary>
    public int Found => (int)Math.Min(HitRate * Prompt, Prompt - 1) / CacheShape.PagePositions * CacheShape.PagePositions;

    /// <summary>Tokens of the prompt that are read.</summary>
    public int Read => Prompt - Found;

    /// <summary>Positions of the whole text: the last token is never read.</summary>
    public long Positions => Prompt + Answer - 1L;

    /// <summary>Tokens of the answer, on average: fewer than <see cref="Answer"/> where the context ends some.</summary>
    public double MeanAnswer => IsFixed ? Answer : Answer * (1 - Reaching(Longest));

    /// <summary>Squared coefficient of variation of the answers' lengths.</summary>
    public double Variation
    {
        get
        {
            if (IsFixed) return 0;

            // sum of (2k - 1) q^(k-1) over k up to the longest, with q = 1 - 1 / Answer, is the mean square
            double left = Reaching(Longest), mean = Answer * (1 - left), longer = left == 0 ? 0 : Longest * left / Answer;
            return (2 * (1 - left - longer) * Answer * Answer - mean) / (mean * mean) - 1;
        }
    }

    /// <summary>Positions that a token of an answer sees, on average over all tokens: long answers have more of them.</summary>
    public double Depth => Prompt + MeanAnswer / 2 * (1 + Variation);

    private bool IsFixed => Spread == AnswerSpread.Fixed || Answer == 1;

    /// <summary>The chance that an answer would be longer than this.</summary>
    private double Reaching(int tokens) => Elementary.Exp(tokens * Elementary.Log(1 - 1.0 / Answer));

    /// <summary>Seconds of reading a text of so many tokens alone, in steps of so many.</summary>
    public static double Reading(StepSeconds seconds, long tokens, int stepTokens, long before = 0)
    {
        double sum = 0;
        for (long done = 0; done < tokens; done += stepTokens) sum += seconds(0, 0, Math.Min(stepTokens, tokens - done), before + done);
        return sum;
    }
}
