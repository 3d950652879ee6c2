using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>Page sets that a request takes: what is compared with the budget before any work.</summary>
/// <param name="Shape">Of the pages.</param>
/// <param name="Prompt">Tokens of the prompt, whose full pages all beams share.</param>
/// <param name="Beams">Texts that wait for one another: 1 but for a beam search.</param>
/// <param name="Shares">Whether beams share pages: not without a cache.</param>
internal readonly record struct CacheNeed(CacheShape Shape, int Prompt, int Beams = 1, bool Shares = true)
{
    private const int Read = StepBudget.PromptTokens, Written = 1;     // tokens that one beam, and each of the others, has in a step at most

    /// <summary>Page sets that are enough, whatever beams have in common.</summary>
    /// <param name="positions">That go through the model, of each beam.</param>
    public long Sets(long positions)
    {
        long one = Shape.SetsFor(positions, Read);
        if (Beams == 1 || !Shares || LeavesWindow(positions)) return (long)Int128.Min((Int128)one * Beams, long.MaxValue);
        long own = Math.Max(0, Pages(positions) - Prompt / CacheShape.PagePositions);
        return one + (Beams - 1) * (own + Shape.WrittenSets * Math.Min(own, CacheShape.PagesWrittenBy(Written)));
    }

    /// <summary>
    /// Page sets without which it cannot go on. With fewer than <see cref="Sets"/> beams may have to give their pages to one another, and are read again.
    /// </summary>
    /// <param name="positions">That go through the model, of each beam.</param>
    public long Least(long positions)
    {
        long one = Shape.SetsFor(positions, Read);
        if (Beams == 1 || !Shares || positions <= Prompt || LeavesWindow(positions)) return one;
        return Math.Max(one, Pages(positions) - 1 + Beams * (long)Math.Max(1, Shape.WrittenSets));     // the page that each writes into is its own
    }

    /// <summary>Positions of the longest texts that take no more than this many page sets; none where the prompt does.</summary>
    /// <param name="sets">Page sets of the budget.</param>
    /// <param name="most">Positions at most.</param>
    public int Positions(long sets, int most)
    {
        int fits = 0, tooMany = most + 1;
        while (tooMany - fits > 1)
        {
            int middle = fits + (tooMany - fits) / 2;
            if (Sets(middle) <= sets) fits = middle;
            else tooMany = middle;
        }
        return fits;
    }

    private static long Pages(long positions) => (positions + CacheShape.PagePositions - 1) / CacheShape.PagePositions;

    /// <summary>Whether the prompt leaves the window: then beams share nothing but by chance.</summary>
    private bool LeavesWindow(long positions) => Shape.Window > 0 && positions > Shape.Window + Shape.SinkTokens;
}
