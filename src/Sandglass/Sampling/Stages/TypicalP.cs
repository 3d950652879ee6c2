namespace Sandglass.Sampling;

/// <summary>Keeps the tokens whose surprise is nearest to the entropy, until together they have probability p; the one that reaches it included.</summary>
/// <remarks>
/// With d = logit - max and Z = sum of e^d, a surprise is ln Z - d and the entropy ln Z - (sum of e^d d) / Z: their distance is |mean d - d|, no logarithm
/// needed.
/// As in <see cref="Intervals"/>, only the rung that the sum crosses in is put in order.
/// </remarks>
/// <param name="p">1 does nothing.</param>
internal sealed class TypicalP(double p) : SamplerStep
{
    private const int PerNat = 32;
    private const int Rungs = 64 * PerNat;                   // of distance; the last one holds all that is further

    internal override string Name => "typical_p";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (p >= 1 || candidates.Count == 1) return;
        float max = candidates.MaxLogit();
        if (float.IsNegativeInfinity(max)) return;
        (double z, double weighted) = candidates.DepthSums(max);
        double mean = weighted / z;

        Span<ulong> sums = stackalloc ulong[Rungs];
        sums.Clear();
        ulong total = 0;
        foreach (int id in candidates.Ids)
        {
            ulong weight = Weights.Of(candidates[id], max);
            sums[Rung(candidates[id], max, mean)] += weight;
            total += weight;
        }
        double enough = Math.Ceiling(p * total);
        ulong sum = 0;
        int crossing = 0;
        while (sum + sums[crossing] < enough) sum += sums[crossing++];

        Span<ulong> distances = candidates.Keys(candidates.Count);
        Span<int> ids = candidates.Counts;
        int count = 0;
        foreach (int id in candidates.Ids)
        {
            int rung = Rung(candidates[id], max, mean);
            if (rung > crossing) candidates.Remove(id);
            if (rung != crossing) continue;
            distances[count] = BitConverter.DoubleToUInt64Bits(Distance(candidates[id], max, mean));     // of numbers from 0 up the bits are in order
            ids[count++] = id;
        }
        Cut(candidates, distances[..count], ids[..count], (ulong)enough - sum, max);
        ids[..count].Clear();
    }

    /// <summary>Of one rung keeps the nearest, the lower id among equals, until their weights reach <paramref name="enough"/>.</summary>
    private static void Cut(Candidates candidates, Span<ulong> distances, Span<int> ids, ulong enough, float max)
    {
        distances.Sort(ids);
        for (int from = 0, to; from < ids.Length; from = to)
        {
            to = from + 1;
            while (to < ids.Length && distances[to] == distances[from]) to++;
            ids[from..to].Sort();
        }
        ulong sum = 0;
        foreach (int id in ids)
        {
            if (sum >= enough) candidates.Remove(id);
            sum += Weights.Of(candidates[id], max);
        }
    }

    private static double Distance(float logit, float max, double mean) => Math.Abs(mean - ((double)logit - max));

    private static int Rung(float logit, float max, double mean)
    {
        double distance = Distance(logit, max, mean) * PerNat;
        return distance < Rungs - 1 ? (int)distance : Rungs - 1;
    }
}
