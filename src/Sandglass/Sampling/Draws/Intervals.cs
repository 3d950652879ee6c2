using System.Runtime.CompilerServices;

namespace Sandglass.Sampling;

/// <summary>The candidates' weights side by side, from the likeliest down, on a line from 0 to <see cref="Total"/>: which one covers a point?</summary>
/// <remarks>
/// Nothing is sorted but one rung: the line is cut into rungs of 1/32 of a nat, whose integer sums are exact in any order, and only the rung that holds the
/// point is
/// put in order. A whole vocabulary costs two passes.
/// </remarks>
internal readonly ref struct Intervals
{
    /// <summary>Elements of the room that it needs.</summary>
    internal const int Rungs = Weights.Reach * PerNat + 1;
    private const int PerNat = 32;

    private readonly Candidates _candidates;
    private readonly Span<ulong> _sums;                      // [rung], of the weights
    private readonly float _max;

    /// <param name="candidates">Whose weights, at the logits that they have now.</param>
    /// <param name="room">At least <see cref="Rungs"/> elements.</param>
    internal Intervals(Candidates candidates, Span<ulong> room)
    {
        Span<ulong> sums = room[..Rungs];
        sums.Clear();
        float max = candidates.MaxLogit();
        if (float.IsNegativeInfinity(max)) SamplingException.ThrowNothingLeft();
        ulong total = 0;
        foreach (int id in candidates.Ids)
        {
            float logit = candidates[id];
            ulong weight = Weights.Of(logit, max);
            sums[Rung(logit, max)] += weight;
            total += weight;
        }
        _candidates = candidates;
        _sums = sums;
        _max = max;
        Total = total;
    }

    /// <summary>The sum of all weights, at least 2^32.</summary>
    internal ulong Total { get; }

    /// <summary>The candidate whose interval covers <paramref name="point"/>, which is below <see cref="Total"/>.</summary>
    internal Interval At(ulong point)
    {
        ulong from = 0;
        int rung = 0;
        while (from + _sums[rung] <= point) from += _sums[rung++];

        Span<ulong> keys = _candidates.Keys;
        int count = 0;
        foreach (int id in _candidates.Ids)
        {
            if (Rung(_candidates[id], _max) == rung) keys[count++] = LikelihoodOrder.Key(_candidates[id], id);
        }
        keys = keys[..count];
        keys.Sort();

        int at = 0;
        ulong weight;
        while (from + (weight = Weights.Of(LikelihoodOrder.Logit(keys[at]), _max)) <= point)
        {
            from += weight;
            at++;
        }
        return new Interval(keys[at], from, from + weight);
    }

    // never falls while the logit falls, also after rounding; so a rung's keys all come before the next one's
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rung(float logit, float max)
    {
        double distance = (double)max - logit;
        return distance > Weights.Reach ? Rungs - 1 : (int)Weights.Nearest(distance * PerNat);
    }
}

/// <summary>One candidate's part of the line: from &lt;= point &lt; to.</summary>
internal readonly record struct Interval(ulong Key, ulong From, ulong To)
{
    internal int Id => LikelihoodOrder.Id(Key);
}
