namespace Sandglass.Planning;

/// <summary>
/// Waiting for a place of a batch that is quicker for each text the fewer it has: a birth and death process, whose states are the texts in it. It is Erlang C
/// where a text takes as long in any company.
/// </summary>
internal readonly record struct BatchQueue(double Waits, double MeanWait, double MeanTexts)
{
    /// <param name="places">Of the batch.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="seconds">Of service, of a text that has so many in its batch, itself included.</param>
    /// <param name="variation">Squared coefficient of variation of the service: it changes the wait as in <see cref="ErlangC.MeanWait"/>.</param>
    public static BatchQueue Of(int places, double rate, Func<int, double> seconds, double variation = 1)
    {
        double full = places / seconds(places), load = rate / full;
        if (load >= 1) return new BatchQueue(1, double.PositiveInfinity, places);
        double sum = 1, weight = 1, texts = 0;      // weights of states against that of state 0
        for (int n = 1; n <= places; n++)
        {
            weight *= rate * seconds(n) / n;
            sum += weight;
            texts += n * weight;
            if (sum < 1e200) continue;
            (sum, weight, texts) = (sum * 1e-200, weight * 1e-200, texts * 1e-200);
        }
        double beyond = weight * load / (1 - load);         // all states in which some wait
        double all = sum + beyond, waiting = beyond / (1 - load);
        return new BatchQueue((weight + beyond) / all, waiting / all / rate * (1 + variation) / 2, (texts + places * beyond) / all);
    }
}
