using System.Runtime.CompilerServices;

namespace Sandglass.Sampling;

/// <summary>The candidates' weights side by side, from the likeliest down, on a line from 0 to <see cref="Total"/>: which one covers a point?</summary>
/// <remarks>
/// A whole vocabulary is never sorted. One pass in lanes adds up all weights, and apart from them those near the largest: integers, exact in any order. Where
/// the point falls among the near ones, as almost always, only these are looked at again. They, or else all, are cut into rungs of 1/32 of a nat, and only the
/// rung that holds the point is put in order.
/// </remarks>
internal readonly ref struct Intervals
{
    /// <summary>Elements of the room that it needs.</summary>
    internal const int Rungs = Weights.Rungs;
    private const int Near = 6;                              // nats: of a trained model's row some ten to a thousand tokens
    private const int Middle = 11;                           // where the cut of a top_p lies, if not nearer: some thousand tokens
    private const double Slack = 1e-3;                       // nats: far more than limits lose by rounding. What is found with it is looked at again
    private const int Block = 256;                           // weighed at once: their weights and rungs stay in the nearest cache
    private const int FewKeys = 64;                          // sorted at once: more are parted first
    private const int MostRounds = 64;                       // of parting, whatever the keys

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
        _weights = candidates.SumWeights(_max, Near, Middle);
    }

    /// <summary>The sum of all weights, at least 2^32.</summary>
    internal ulong Total => _weights.All;

    /// <summary>The candidate whose interval covers <paramref name="point"/>, which is below <see cref="Total"/>.</summary>
    internal Interval At(ulong point)
    {
        ulong from = 0;
        Span<ulong> keys;
        if (point < _weights.Middle)
        {
            // a little more than those whose weights were added up, for what rounding does to the limit: they lie behind the point
            ReadOnlySpan<int> near = _candidates.Between((float)((double)_max - (point < _weights.Near ? Near : Middle) - Slack), _max);
            keys = near.Length <= FewKeys ? Keys(near) : OnRung(Rung(near, point, ref from), near);
        }
        else
        {
            int rung = Rung(point, ref from);
            (float least, float most) = Limits(rung);
            keys = OnRung(rung, _candidates.Between(least, most));
        }
        for (int round = 0; keys.Length > FewKeys && round < MostRounds; round++) keys = Part(keys, ref from, point);
        keys.Sort();

        int at = 0;
        ulong weight;
        while (from + (weight = Weight(keys[at])) <= point)
        {
            from += weight;
            at++;
        }
        return new Interval(keys[at], from, from + weight);
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
        while (from + sums[rung] <= point) from += sums[rung++];
        return rung;
    }

    /// <summary>The keys of those among the listed that are on a rung.</summary>
    [SkipLocalsInit]
    private Span<ulong> OnRung(int rung, ReadOnlySpan<int> ids)
    {
        Span<ulong> keys = _candidates.Keys(ids.Length);
        Span<float> room = stackalloc float[Block];
        (float least, float most) = Limits(rung);
        int count = 0;
        for (int from = 0; from < ids.Length; from += Block)
        {
            ReadOnlySpan<float> logits = _candidates.Logits(ids[from..], room);
            for (int i = 0; i < logits.Length; i++)
            {
                float logit = logits[i];
                if (logit >= least && logit <= most && Weights.Rung(logit, _max) == rung) keys[count++] = LikelihoodOrder.Key(logit, ids[from + i]);
            }
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

    /// <summary>Parts keys by one of them, and returns the part that has the point.</summary>
    /// <param name="from">Where the first key's interval begins; moved where the part is the second.</param>
    private Span<ulong> Part(Span<ulong> keys, scoped ref ulong from, ulong point)
    {
        ulong a = keys[0], b = keys[keys.Length / 2], c = keys[^1];
        ulong pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));     // the middle one of three: neither part is empty
        int first = 0;                                                           // keys up to the pivot
        ulong weight = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            ulong key = keys[i];
            if (key > pivot) continue;
            (keys[i], keys[first]) = (keys[first], key);
            first++;
            weight += Weight(key);
        }
        if (point < from + weight) return keys[..first];
        from += weight;
        return keys[first..];
    }

    private ulong Weight(ulong key) => Weights.Of(LikelihoodOrder.Logit(key), _max);
}

/// <summary>One candidate's part of the line: from &lt;= point &lt; to.</summary>
internal readonly record struct Interval(ulong Key, ulong From, ulong To)
{
    internal int Id => LikelihoodOrder.Id(Key);
}
