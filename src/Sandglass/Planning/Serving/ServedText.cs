using Sandglass.KvCache;

namespace Sandglass.Planning;

/// <summary>A request as it is planned for.</summary>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Answer">Tokens of the answer, on average.</param>
/// <param name="HitRate">The share of the prompt's tokens whose keys and values are there already.</param>
/// <param name="Spread">Of the lengths of answers.</param>
internal readonly record struct ServedText(int Prompt, int Answer, double HitRate = 0, AnswerSpread Spread = AnswerSpread.Geometric)
{
    /// <summary>Tokens of the prompt that are found: whole pages, and never the last token, which has to go through the model.</summary>
    public int Found => (int)Math.Min(HitRate * Prompt, Prompt - 1) / CacheShape.PagePositions * CacheShape.PagePositions;

    /// <summary>Tokens of the prompt that are read.</summary>
    public int Read => Prompt - Found;

    /// <summary>Positions of the whole text: the last token is never read.</summary>
    public long Positions => Prompt + Answer - 1L;

    /// <summary>Squared coefficient of variation of the answers' lengths.</summary>
    public double Variation => Spread == AnswerSpread.Fixed ? 0 : (Answer - 1.0) / Answer;

    /// <summary>Positions that a token of an answer sees, on average over all tokens: long answers have more of them.</summary>
    public double Depth => Prompt + Answer / 2.0 * (1 + Variation);

    /// <summary>Seconds of reading a text of so many tokens alone, in steps of so many.</summary>
    public static double Reading(StepSeconds seconds, long tokens, int stepTokens, long before = 0)
    {
        double sum = 0;
        for (long done = 0; done < tokens; done += stepTokens) sum += seconds(0, 0, Math.Min(stepTokens, tokens - done), before + done);
        return sum;
    }
}
