namespace Sandglass.ServeBench.Load;

/// <summary>When the requests of an open loop are sent, whatever became of those before.</summary>
internal static class Arrivals
{
    /// <summary>Seconds from the start, ascending, as <c>vllm bench serve</c> has them: gaps of a gamma distribution of the mean 1 / rate, stretched so that
    /// the
    /// last request is due at count / rate.</summary>
    /// <param name="rate">Requests a second.</param>
    /// <param name="burstiness">The gamma distribution's shape: 1 is a Poisson process, less comes in bursts, more is more even, infinity is a clock.</param>
    public static double[] At(int count, double rate, double burstiness, Random random)
    {
        double[] due = new double[count];
        double now = 0;
        for (int i = 0; i < count; i++)
        {
            now += double.IsPositiveInfinity(burstiness) ? 1 / rate : Gamma(burstiness, random) / (rate * burstiness);
            due[i] = now;
        }
        double stretch = now > 0 ? count / rate / now : 1;
        for (int i = 0; i < count; i++) due[i] *= stretch;
        return due;
    }

    /// <summary>A draw of the gamma distribution with scale 1 (Marsaglia and Tsang, 2000).</summary>
    private static double Gamma(double shape, Random random)
    {
        if (shape < 1) return Gamma(shape + 1, random) * Math.Pow(1 - random.NextDouble(), 1 / shape);      // their section 6
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(random), v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    /// <summary>A draw of the standard normal distribution (Box and Muller).</summary>
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
