using System.Numerics;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>The chain as one would write it down: a list of candidates that is sorted where order matters, and nothing in lanes. The slow twin of it
/// all.</summary>
internal sealed class PlainChain(float[] logits)
{
    private List<(int Id, float Logit)> _left = [.. logits.Select((logit, id) => (id, logit))];

    public IEnumerable<int> Ids => _left.Select(one => one.Id);

    public float Max => _left.Max(one => one.Logit) + 0f;

    private List<(int Id, float Logit)> Sorted => [.. _left.OrderByDescending(one => one.Logit).ThenBy(one => one.Id)];

    private ulong Total
    {
        get
        {
            float max = Max;
            return _left.Aggregate(0UL, (sum, one) => sum + Weights.Of(one.Logit, max));
        }
    }

    public void Keep(Func<(int Id, float Logit), bool> keeps)
    {
        List<(int Id, float Logit)> left = [.. _left.Where(keeps)];
        if (left.Count > 0) _left = left;
    }

    public void Ban(int id) => Keep(one => one.Id != id);

    public void TopK(int k)
    {
        HashSet<int> best = [.. Sorted.Take(k).Select(one => one.Id)];
        Keep(one => best.Contains(one.Id));
    }

    public void TopP(double p)
    {
        double enough = Math.Ceiling(p * Total);
        float max = Max;
        ulong sum = 0;
        HashSet<int> kept = [];
        foreach ((int id, float logit) in Sorted)
        {
            if (sum >= enough) break;
            sum += Weights.Of(logit, max);
            kept.Add(id);
        }
        Keep(one => kept.Contains(one.Id));
    }

    public void MinP(double p)
    {
        double floor = Max + Elementary.Log(p);
        Keep(one => !(one.Logit < floor));
    }

    public void Divide(double temperature) => Change((_, logit) => logit / temperature);

    public void Change(Func<int, double, double> change) =>
        _left = [.. _left.Select(one =>
            float.IsNegativeInfinity(one.Logit) ? one : (one.Id, (float)Math.Clamp(change(one.Id, one.Logit), float.MinValue, float.MaxValue)))];

    /// <summary>Walks the intervals from the likeliest down.</summary>
    public (int Id, ulong From, ulong To, ulong Point, ulong Total) Draw(ulong bits)
    {
        ulong total = Total, point = (ulong)(new BigInteger(bits) * total >> 64), from = 0;
        float max = Max;
        foreach ((int id, float logit) in Sorted)
        {
            ulong weight = Weights.Of(logit, max);
            if (point < from + weight) return (id, from, from + weight, point, total);
            from += weight;
        }
        throw new InvalidOperationException("the intervals fill the total");
    }
}
