using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

// Between which logits a point lies: near the largest by the sums that are known, else by a sample.
internal readonly ref partial struct Intervals
{
    private const int Sample = 64, Stride = 16 * Sample;     // so many of so many logits tell about where a point falls
    private const int FewShare = 16;                         // of the row: fewer are listed and weighed in less time than all are
    private const int WorthASample = 16 * Stride;            // logits

    /// <summary>Logits between which the point's lies, or most likely does, both included; null where none are known but those of all.</summary>
    /// <param name="from">Where the first of them begins.</param>
    private (float Least, float Most)? Bounds(ulong point, scoped ref ulong from)
    {
        float near = NearFloor(_max), middle = MiddleFloor(_max);
        if (point < _weights.Near) return (near, _max);
        if (point < _weights.Middle)
        {
            from = _weights.Near;
            return (middle, MathF.BitDecrement(near));
        }
        if (!_candidates.IsWhole || _candidates.Places < WorthASample) return null;

        (float least, float above) = Guess(point, out bool areFew);
        float most = MathF.BitDecrement(above);
        if (most < least) return null;                       // so large that both floors are one F32
        ulong before = _candidates.SumFrom(above, areFew);
        if (point < before) return null;                     // the sample was unlike the rest
        from = before;
        return (least, most);
    }

    /// <summary>Floors between which the point's logit should lie: it is most likely at least the first, and below the second.</summary>
    /// <param name="areFew">Whether few logits should be at least the second.</param>
    [SkipLocalsInit]
    private (float Least, float Above) Guess(ulong point, out bool areFew)
    {
        Span<float> room = stackalloc float[Sample];
        Span<ulong> weights = stackalloc ulong[Sample], rungs = stackalloc ulong[Sample];
        _sums.Clear();
        for (int place = 0; place < _candidates.Places; place += Stride) AddUp(_candidates.Logits(place, room), weights, rungs);

        // from the end: what lies behind is small, and no large weight is in it that a sample may have or miss
        ulong behind = (Total - point) / (Stride / Sample), slack = behind / 8, tail = 0;
        int last = Rungs - 1;
        while (last > 0 && tail + _sums[last] + slack < behind) tail += _sums[last--];
        int first = last;
        while (first > 0 && tail + _sums[first] < behind + slack) tail += _sums[first--];
        float above = Floor(first - 2);                      // a rung more to either side
        int count = 0;
        for (int place = 0; place < _candidates.Places; place += Stride) count += RowScan.CountFrom(_candidates.Logits(place, room), above);
        areFew = count < _candidates.Places / (Stride / Sample) / FewShare;
        return (Floor(last + 1), above);
    }

    /// <summary>The least logit of a rung, about.</summary>
    private float Floor(int rung) => (float)(_max - (rung + 0.5) / Weights.PerNat);
}
