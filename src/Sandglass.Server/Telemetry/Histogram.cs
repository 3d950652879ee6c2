namespace Sandglass.Server;

/// <summary>How often values fell below each of some bounds, as Prometheus counts. For many threads, without a lock: to observe is two additions.</summary>
/// <param name="bounds">Upper bounds, rising; values above the last are counted too.</param>
internal sealed class Histogram(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];      // [bucket], each of its own values only
    private double _sum;

    /// <summary>The upper bounds.</summary>
    public ReadOnlySpan<double> Bounds => bounds;

    /// <summary>Sum of all values.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Counts one value, or the same value several times.</summary>
    public void Observe(double value, int times = 1)
    {
        int bucket = Array.BinarySearch(bounds, value);
        Interlocked.Add(ref _counts[bucket < 0 ? ~bucket : bucket], times);    // a bound belongs to its own bucket: le means less or equal
        double before, sum = Volatile.Read(ref _sum);
        do
        {
            before = sum;
            sum = Interlocked.CompareExchange(ref _sum, before + value * times, before);
        }
        while (sum != before);
    }

    /// <summary>Counts of values up to each bound, and of all at the end.</summary>
    /// <param name="cumulative">[bounds + 1]</param>
    public void Read(Span<long> cumulative)
    {
        long count = 0;
        for (int i = 0; i < _counts.Length; i++) cumulative[i] = count += Volatile.Read(ref _counts[i]);
    }

    /// <summary>1, 2, 5, 10, 20, 50, … up to a number.</summary>
    public static double[] OneTwoFive(int most)
    {
        List<double> bounds = [];
        for (long power = 1; power <= most; power *= 10)
            foreach (int step in (int[])[1, 2, 5])
                if (step * power <= most) bounds.Add(step * power);
        return [.. bounds];
    }
}
