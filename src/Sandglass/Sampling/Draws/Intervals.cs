using System.Runtime.CompilerServices;

namespace Sandglass.Sampling;

/// <summary>The candidates' weights side by side, from the likeliest down, on a line from 0 to <see cref="Total"/>: which one covers a point?</summary>
/// <remarks>
/// A whole vocabulary is never sorted. One pass in lanes adds up all weights, and apart from them those near the largest: integers, exact in any order. Where
/// the point falls among the near ones, as almost always, only these are looked at again. Where it lies behind them, a part of the row tells about where, and
/// another pass adds up what comes before. Those that are left, or else all, are cut into rungs of 1/32 of a nat, and only the rung that holds the point is put
/// in order.
/// </remarks>
internal readonly ref partial struct Intervals
{
    /// <summary>Elements of the room that it needs.</summary>
    internal const int Rungs = Weights.Rungs;
    private const int Near = 6;                              // nats: of a trained model's row some ten to a thousand tokens
    private const double Middle = 9.5;                       // where the cut of a top_p lies, if not nearer: some thousand tokens. At most FarWeights.Nearest
    private const double Slack = 1e-3;                       // nats: far more than limits lose by rounding. What is found with it is looked at again
    private const int Block = 256;                           // weighed at once: their weights and rungs stay in the nearest cache
    private const int FewKeys = 32;                          // sorted at once: more are narrowed down first
    private const int Parts = 64;
    private const int MostRounds = 8;                        // of narrowing: five come down to neighbours among F32

    private readonly Candidates _candidates;
    private readonly Span<ulong> _sums;                      // [rung], of the weights
    private readonly float _max;
    private readonly WeightSums _weights;

    /// <param name="candidates">Whose weights, at the logits that they have now.</param>
    /// <param name="room">At least <see cref="Rungs"/> elements.</param>
    internal Intervals(Candidates candidates, Span<ulong> room)
    {
        _candidates = candidates;
        _sums = room[..Rungs];
        _max = candidates.MaxLogit();
        if (float.IsNegativeInfinity(_max)) SamplingException.ThrowNothingLeft();
        _weights = candidates.SumWeights();
    }

    /// <summary>What lies near the largest logit is at least this.</summary>
    internal static float NearFloor(float max) => FloorAt(max, Near);

    /// <summary>What lies near it, or further where a cut is likely, is at least this.</summary>
    internal static float MiddleFloor(float max) => FloorAt(max, Middle);

    /// <summary>The least F32 that is not further from the largest logit.</summary>
    private static float FloorAt(float max, double distance)
    {
        float floor = (float)(max - distance);
        return floor < max - distance ? MathF.BitIncrement(floor) : floor;
    }

    /// <summary>The sum of all weights, at least 2^32.</summary>
    internal ulong Total => _weights.All;

    /// <summary>The candidate whose interval covers <paramref name="point"/>, which is below <see cref="Total"/>.</summary>
    internal Interval At(ulong point)
    {
        ulong from = 0;
        Span<ulong> keys = default;
        if (Bounds(point, ref from) is (float least, float most)) keys = Among(_candidates.Between(least, most), point, ref from);
        if (keys.IsEmpty)
        {
            from = 0;
            int rung = Rung(point, ref from);
            (least, most) = Limits(rung);
            keys = OnRung(rung, _candidates.Between(least, most));
        }
        for (int round = 0; keys.Length > FewKeys && round < MostRounds; round++) keys = Narrow(keys, ref from, point);
        keys.Sort();

        int at = 0;
        ulong weight;
        while (from + (weight = Weight(keys[at])) <= point)
        {
            from += weight;
            at++;
        }
        bool isTied = at + 1 < keys.Length && keys[at + 1] >> 32 == keys[at] >> 32;      // equals are never parted from each other before
        return new Interval(keys[at], from, from + weight, isTied);
    }

    /// <summary>The keys of those listed that the point may belong to; none where it lies behind them all.</summary>
    /// <param name="from">Where the listed begin; moved to where the keys do.</param>
    private Span<ulong> Among(ReadOnlySpan<int> ids, ulong point, scoped ref ulong from)
    {
        if (ids.Length <= FewKeys && point < _weights.Middle) return Keys(ids);
        int rung = Rung(ids, point, ref from);
        return rung < Rungs ? OnRung(rung, ids) : default;
    }

    /// <summary>The rung that has the point, of all candidates.</summary>
    /// <param name="from">Where it begins.</param>
    [SkipLocalsInit]
    private int Rung(ulong point, scoped ref ulong from)
    {
        Span<float> room = stackalloc float[Block];
        Span<ulong> weights = stackalloc ulong[Block], rungs = stackalloc ulong[Block];
        _sums.Clear();
        for (int place = 0; place < _candidates.Places; place += Block) AddUp(_candidates.Logits(place, room), weights, rungs);
        return Rung(point, _sums, ref from);
    }

    /// <summary>The rung that has the point, where it is among the ones listed.</summary>
    /// <param name="from">Where it begins.</param>
    [SkipLocalsInit]
    private int Rung(ReadOnlySpan<int> ids, ulong point, scoped ref ulong from)
    {
        Span<float> room = stackalloc float[Block];
        Span<ulong> weights = stackalloc ulong[Block], rungs = stackalloc ulong[Block];
        _sums.Clear();
        while (!ids.IsEmpty)
        {
            ReadOnlySpan<float> logits = _candidates.Logits(ids, room);
            AddUp(logits, weights, rungs);
            ids = ids[logits.Length..];
        }
        return Rung(point, _sums, ref from);
    }

    private void AddUp(ReadOnlySpan<float> logits, Span<ulong> weights, Span<ulong> rungs)
    {
        Weights.Of(logits, _max, weights, rungs);
        for (int i = 0; i < logits.Length; i++) _sums[(int)rungs[i]] += weights[i];
    }

    private static int Rung(ulong point, ReadOnlySpan<ulong> sums, scoped ref ulong from)
    {
        int rung = 0;
        while (rung < sums.Length && from + sums[rung] <= point) from += sums[rung++];
        return rung;
    }

    /// <summary>The keys of those among the listed that are on a rung.</summary>
    [SkipLocalsInit]
    private Span<ulong> OnRung(int rung, ReadOnlySpan<int> ids)
    {
        Span<ulong> keys = _candidates.Keys(ids.Length);
        Span<float> room = stackalloc float[Block];
        (float least, float most) = Limits(rung);
        int some = 0, count = 0;
        for (int from = 0; from < ids.Length; from += Block)
        {
            ReadOnlySpan<float> logits = _candidates.Logits(ids[from..], room);
            for (int i = 0; i < logits.Length; i++)
            {
                // without a branch: one of ten to a hundred is near, and nobody guesses which
                float logit = logits[i];
                keys[some] = LikelihoodOrder.Key(logit, ids[from + i]);
                some += (logit >= least) & (logit <= most) ? 1 : 0;
            }
        }
        foreach (ulong key in keys[..some])
        {
            if (Weights.Rung(LikelihoodOrder.Logit(key), _max) == rung) keys[count++] = key;
        }
        return keys[..count];
    }

    /// <summary>A little more than the logits of a rung.</summary>
    private (float Least, float Most) Limits(int rung)
    {
        double distance = rung / (double)Weights.PerNat, half = 0.5 / Weights.PerNat + Slack;
        return ((float)(_max - distance - half), (float)(_max - distance + half));
    }

    private Span<ulong> Keys(ReadOnlySpan<int> ids)
    {
        Span<ulong> keys = _candidates.Keys(ids.Length);
        for (int i = 0; i < ids.Length; i++) keys[i] = LikelihoodOrder.Key(_candidates[ids[i]], ids[i]);
        return keys;
    }

    /// <summary>Cuts the stretch of logits that keys take into even parts, and keeps the keys of the one that has the point, in the order that they had.</summary>
    /// <param name="from">Where the first key's interval begins; moved to where the part's does.</param>
    [SkipLocalsInit]
    private Span<ulong> Narrow(Span<ulong> keys, scoped ref ulong from, ulong point)
    {
        ulong first = ulong.MaxValue, last = 0;
        foreach (ulong key in keys) (first, last) = (Math.Min(first, key), Math.Max(last, key));
        float top = LikelihoodOrder.Logit(first), scale = (Parts - 1) / (top - LikelihoodOrder.Logit(last));
        if (first >> 32 == last >> 32)
        {
            ulong each = Weight(first), before = (point - from) / each;          // equal ones, in the order of ids
            from += before * each;
            return keys.Slice((int)before, Math.Min(2, keys.Length - (int)before));
        }
        if (!float.IsFinite(scale)) return keys;             // neighbours of 0

        Span<float> logits = stackalloc float[Block];
        Span<ulong> weights = stackalloc ulong[Block], rungs = stackalloc ulong[Block];
        Span<ulong> sums = _sums[..Parts];
        sums.Clear();
        for (int at = 0; at < keys.Length; at += Block)
        {
            Span<ulong> some = keys[at..Math.Min(at + Block, keys.Length)];
            for (int i = 0; i < some.Length; i++) logits[i] = LikelihoodOrder.Logit(some[i]);
            Weights.Of(logits[..some.Length], _max, weights, rungs);
            for (int i = 0; i < some.Length; i++) sums[(int)((top - logits[i]) * scale)] += weights[i];
        }
        int part = Rung(point, sums, ref from), count = 0;
        foreach (ulong key in keys)
        {
            keys[count] = key;
            count += (int)((top - LikelihoodOrder.Logit(key)) * scale) == part ? 1 : 0;
        }
        return keys[..count];
    }

    private ulong Weight(ulong key) => Weights.Of(LikelihoodOrder.Logit(key), _max);
}

/// <summary>One candidate's part of the line: from &lt;= point &lt; to.</summary>
/// <param name="IsTied">Whether the next one has the same logit.</param>
internal readonly record struct Interval(ulong Key, ulong From, ulong To, bool IsTied)
{
    internal int Id => LikelihoodOrder.Id(Key);
}
