namespace Sandglass.Sampling;

/// <summary>The end of the chain: one random number picks a token, each with the probability of its share of the weights.</summary>
/// <remarks>
/// The tokens' intervals lie side by side from the likeliest down. So two models (a draft and its target) that agree on the likeliest token
/// and get the same number choose alike at least when it falls below the smaller of the two probabilities.
/// </remarks>
internal static class Draw
{
    internal static Drawn Pick(Candidates candidates, Chance chance) => At(candidates, chance.Bits());

    /// <summary>The likeliest, the lowest id among equals: the draw of the number 0.</summary>
    internal static Drawn Likeliest(Candidates candidates) => At(candidates, 0);

    private static Drawn At(Candidates candidates, ulong bits)
    {
        var intervals = new Intervals(candidates, stackalloc ulong[Intervals.Rungs]);
        ulong point = Math.BigMul(bits, intervals.Total, out _);                 // the high half of 128 bits: below the total, without a division
        return new Drawn(point, intervals.At(point), intervals.Total);
    }
}

/// <summary>Where the number fell, in units of the total.</summary>
internal readonly record struct Drawn(ulong Point, Interval Interval, ulong Total);
