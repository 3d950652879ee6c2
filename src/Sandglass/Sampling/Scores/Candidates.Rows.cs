using Sandglass.Kernels;

namespace Sandglass.Sampling;

// Over all candidates: in lanes where the row of the whole vocabulary stands for them, else along the list.
internal sealed unsafe partial class Candidates
{
    /// <summary>The row of logits without any that was removed, for whatever goes over it.</summary>
    private ReadOnlySpan<float> Whole
    {
        get
        {
            if (_isStale) Forbid();
            return Row;
        }
    }

    /// <summary>Places to walk over, in the order of ids: as many as candidates, or the whole row with what was removed from it.</summary>
    internal int Places => IsWhole ? VocabularySize : _count;

    /// <summary>The logits of the places from one on: as many as there is room for.</summary>
    /// <param name="room">Used where they do not lie side by side.</param>
    internal ReadOnlySpan<float> Logits(int from, Span<float> room)
    {
        if (IsWhole) return Whole.Slice(from, Math.Min(room.Length, Places - from));
        return Logits(_ids.AsSpan(from, Places - from), room);
    }

    /// <summary>The logits of these ids: of as many as there is room for.</summary>
    internal ReadOnlySpan<float> Logits(ReadOnlySpan<int> ids, Span<float> room)
    {
        ReadOnlySpan<float> row = Row;
        int count = Math.Min(room.Length, ids.Length);
        ids = ids[..count];
        room = room[..count];
        for (int i = 0; i < ids.Length; i++) room[i] = row[ids[i]];
        return room;
    }

    /// <summary>The largest logit.</summary>
    internal float MaxLogit()
    {
        if (_max is float known) return known;
        ReadOnlySpan<float> row = Row;
        float max = float.NegativeInfinity;
        if (IsWhole) max = Softmax.Max(Whole);
        else foreach (int id in Ids) max = row[id] > max ? row[id] : max;
        _max = max;
        return max;
    }

    /// <summary>The sum of all weights, and of those from <see cref="Intervals"/>' floors up.</summary>
    internal WeightSums SumWeights()
    {
        if (_sums is WeightSums known) return known;
        float max = MaxLogit(), near = Intervals.NearFloor(max), middle = Intervals.MiddleFloor(max);
        WeightSums sums = default;
        if (IsWhole) sums = WeightSums.Of(Whole, max, near, middle);
        else
        {
            Span<float> room = stackalloc float[64];
            for (int from = 0; from < _count; from += room.Length) sums += WeightSums.Of(Logits(from, room), max, near, middle);
        }
        _sums = sums;
        return sums;
    }

    /// <summary>The sum of the weights from a floor up, where <see cref="IsWhole"/>.</summary>
    /// <param name="areFew">Whether few are expected there: then they are listed first.</param>
    internal ulong SumFrom(float floor, bool areFew)
    {
        float max = MaxLogit();
        if (!areFew) return WeightSums.From(Whole, max, floor);
        Span<float> room = stackalloc float[256];
        ulong sum = 0;
        for (ReadOnlySpan<int> ids = Between(floor, max); !ids.IsEmpty; ids = ids[Math.Min(room.Length, ids.Length)..])
            sum += WeightSums.Plain(Logits(ids, room), max, floor, floor).Near;
        return sum;
    }

    /// <summary>Each candidate's share of the weights, and 0 for any other id.</summary>
    /// <param name="to">[vocabulary]</param>
    internal void Probabilities(Span<double> to)
    {
        const int Block = 256;
        Span<float> room = stackalloc float[Block];
        Span<ulong> weights = stackalloc ulong[Block], rungs = stackalloc ulong[Block];
        to.Clear();
        float max = MaxLogit();
        double total = SumWeights().All;
        for (int from = 0; from < Places; from += Block)
        {
            ReadOnlySpan<float> block = Logits(from, room);
            Weights.Of(block, max, weights, rungs);
            for (int i = 0; i < block.Length; i++) to[IsWhole ? from + i : _ids[from + i]] = weights[i] / total;
        }
    }

    /// <summary>The likeliest candidate, the lowest id where several are equal.</summary>
    internal int Likeliest()
    {
        if (IsWhole && !float.IsNegativeInfinity(MaxLogit())) return Softmax.IndexOfMax(Whole);
        ReadOnlySpan<float> row = Row;
        int best = Ids[0];
        foreach (int id in Ids) best = row[id] > row[best] ? id : best;
        return best;
    }

    /// <summary>
    /// The ids of the candidates whose logits lie between two finite ones, both included, ascending; and perhaps of removed ones that are less likely than any
    /// candidate.
    /// </summary>
    internal ReadOnlySpan<int> Between(float least, float most)
    {
        ReadOnlySpan<float> row = Row;
        int[] found = _found ??= new int[_ids.Length];
        if (IsWhole) return found.AsSpan(0, RowScan.Places(row, least, most, found));
        int count = 0;
        foreach (int id in Ids)
        {
            if (row[id] >= least && row[id] <= most) found[count++] = id;
        }
        return found.AsSpan(0, count);
    }

    /// <summary>The likeliest <paramref name="count"/> candidates of more than these.</summary>
    internal Best Best(int count)
    {
        ReadOnlySpan<float> row = IsWhole ? Whole : Row;
        if (IsWhole)
        {
            Best whole = Sampling.Best.Of(row, MaxLogit(), Keys(count));
            if (!float.IsNegativeInfinity(LikelihoodOrder.Logit(whole.Worst))) return whole;
        }
        var best = new Best(Keys(count));                    // among the forbidden ones it must be told which were removed
        foreach (int id in Ids) best.Offer(row[id], id);
        return best;
    }

    /// <summary>
    /// Changes every candidate's logit to (logit - <paramref name="shift"/>) / <paramref name="divisor"/>, as <see cref="Change"/> does: shift and divisor are
    /// finite.
    /// </summary>
    internal void Scale(double shift, double divisor)
    {
        if (shift == 0 && divisor == 1) return;              // no bit would change
        (_max, _sums) = (null, null);
        if (!IsWhole || !double.IsFinite(divisor))
        {
            foreach (int id in Ids) Change(id, (this[id] - shift) / divisor);
            return;
        }
        LogitScaling.Apply(Row, shift, divisor, _logits);
        _isLent = false;
        _lent = null;
    }

    /// <summary>Removes every candidate whose logit is below a floor. A stage does so once, and asks for no <see cref="Ids"/> afterwards.</summary>
    internal void RemoveBelow(double floor)
    {
        ReadOnlySpan<float> row = Row;
        float least = (float)floor;                          // the smallest F32 that is not below it
        if (least < floor) least = MathF.BitIncrement(least);
        if (least > MaxLogit()) _max = null;
        _sums = null;
        if (!IsWhole)
        {
            foreach (int id in Ids)
            {
                if (row[id] < least) Remove(id);
            }
            return;
        }
        MarkCounts counts = RowScan.MarkBelow(row, least, _step, _removedBy, _ids, VocabularySize / FewShare);
        _removed += counts.Marked;
        _left = counts.IsListed ? counts.Left : 0;
        _isListed = false;                                   // the list's room was used
    }

    /// <summary>Removes every candidate whose interval lies behind one: so the sums of what is left are known.</summary>
    internal void RemoveAfter(Interval last)
    {
        WeightSums sums = SumWeights();
        _keepsBest = true;
        if (last.IsTied) RemoveAfter(last.Key);
        else RemoveBelow(LikelihoodOrder.Logit(last.Key));
        _sums = new WeightSums(last.To, Math.Min(sums.Near, last.To), Math.Min(sums.Middle, last.To));
    }

    /// <summary>Removes every candidate that comes after this one in <see cref="LikelihoodOrder"/>: see <see cref="RemoveBelow"/>.</summary>
    internal void RemoveAfter(ulong last)
    {
        ReadOnlySpan<float> row = Row;
        float floor = LikelihoodOrder.Logit(last);
        if (!float.IsNegativeInfinity(floor))
        {
            RemoveBelow(floor);
            foreach (int id in _left > 0 ? _ids.AsSpan(0, _left) : Between(floor, floor))
            {
                if (LikelihoodOrder.Key(row[id], id) > last) Remove(id);
            }
            return;
        }
        foreach (int id in Ids)
        {
            if (LikelihoodOrder.Key(row[id], id) > last) Remove(id);
        }
    }

    /// <summary>
    /// Z, the sum of e^d, and the sum of e^d d, with d = logit - <paramref name="max"/>: the mean depth is their ratio, the entropy ln Z less it. In double, in
    /// the order of ids.
    /// </summary>
    internal (double Z, double Weighted) DepthSums(float max)
    {
        ReadOnlySpan<float> row = Row;
        double z = 0, weighted = 0;
        foreach (int id in Ids)
        {
            double depth = (double)row[id] - max;
            if (double.IsNegativeInfinity(depth)) continue;
            double e = Elementary.Exp(depth);
            z += e;
            weighted += e * depth;
        }
        return (z, weighted);
    }
}
