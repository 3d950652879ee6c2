using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>
/// Waiting for a place of a batch that is quicker for each text the fewer it has: a birth and death process, whose states are the texts that are there. It is
/// Erlang C where a text takes as long in any company. Of several replicas all are one line, and texts are spread evenly over them.
/// </summary>
/// <param name="Waits">The chance of having to wait.</param>
/// <param name="MeanTexts">Texts that are served at once, of all replicas.</param>
/// <param name="SecondsOfWaiting">Of those who wait, on average.</param>
internal readonly record struct BatchQueue(double Waits, double MeanTexts, double SecondsOfWaiting)
{
    private const int Always = 4096;        // states on each side that are summed whatever they weigh: all of one batch
    private const int Fine = 2000;          // of very many states one in so many of the square root, which is about how far they spread
    private const double Enough = 1e-17;

    /// <summary>Seconds that a request waits on average.</summary>
    public double MeanWait => Waits * SecondsOfWaiting;

    /// <summary>Seconds that all but a share of the requests wait at most: the wait of those who do is exponential, since all places are taken then.</summary>
    /// <param name="share">Of requests that may wait longer: 0.05.</param>
    public double WaitBut(double share) => Waits <= share ? 0 : Elementary.Log(Waits / share) * SecondsOfWaiting;

    /// <param name="places">Of the batch.</param>
    /// <param name="rate">Requests a second, of all replicas.</param>
    /// <param name="seconds">Of service, of a text that has so many in its batch, itself included.</param>
    /// <param name="variation">Squared coefficient of variation of the service: it changes the wait as in <see cref="ErlangC.MeanWait"/>.</param>
    /// <param name="replicas">How many such batches there are.</param>
    public static BatchQueue Of(int places, double rate, Func<int, double> seconds, double variation = 1, long replicas = 1)
    {
        double[] ends = new double[places + 1];     // texts that end in a second, of a replica that has so many
        for (int n = 1; n <= places; n++) ends[n] = n / seconds(n);
        double most = replicas * ends[places], load = rate / most, all = (double)replicas * places;
        if (load >= 1) return new BatchQueue(1, all, double.PositiveInfinity);

        // from the likeliest state up, and then down; its weight is 1
        double likeliest = Likeliest(ends, rate / replicas, replicas), stride = Math.Max(1, Math.Floor(Math.Sqrt(all) / Fine));
        double Ends(double state)
        {
            double each = state / replicas;
            int below = Math.Min((int)each, places - 1);
            return replicas * (ends[below] + (each - below) * (ends[below + 1] - ends[below]));
        }
        double sum = 1, texts = likeliest, weight = 1;
        for (double state = likeliest, done = 0; state < all; done++)
        {
            double step = Math.Min(stride, all - state), next = weight * Power(rate / Ends(state + (step + 1) / 2), step);
            double states = (step * (weight + next) + next - weight) / 2;       // the straight line between, without its first
            (sum, texts, state, weight) = (sum + states, texts + states * (state + (step + 1) / 2), state + step, next);
            if (done > Always && weight < Enough * sum) break;
        }
        double full = weight, beyond = full * load / (1 - load);                // all states in which some wait
        weight = 1;
        for (double state = likeliest, done = 0; state > 0; done++)
        {
            double step = Math.Min(stride, state), next = weight * Power(Ends(state - (step - 1) / 2) / rate, step);
            double states = (step * (weight + next) + next - weight) / 2;
            (sum, texts, state, weight) = (sum + states, texts + states * (state - (step + 1) / 2), state - step, next);
            if (done > Always && weight < Enough * sum) break;
        }
        sum += beyond;
        return new BatchQueue((full + beyond) / sum, (texts + all * beyond) / sum, (1 + variation) / 2 / (most - rate));
    }

    /// <summary>The state from which neither one more text nor one fewer is likelier, of several the likeliest.</summary>
    private static double Likeliest(double[] ends, double rate, long replicas)
    {
        int most = 0;
        double log = 0, best = 0;
        for (int n = 1; n < ends.Length; n++)
        {
            log += Elementary.Log(rate / ends[n]);
            if (log > best) (most, best) = (n, log);
        }
        return Math.Floor(replicas * (most + (rate - ends[most]) / (ends[most + 1] - ends[most])));
    }

    private static double Power(double ratio, double power) => power == 1 ? ratio : Elementary.Exp(power * Elementary.Log(ratio));
}
