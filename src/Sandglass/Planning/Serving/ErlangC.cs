using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>Waiting for one of many places: Erlang's formulas of 1917, for requests that come by chance, one by one.</summary>
internal static class ErlangC
{
    private const double Enough = 1e-17, Endless = 1e300;

    /// <summary>Erlang B: the chance that a newcomer finds all places taken, where those who do leave.</summary>
    /// <remarks>
    /// 1 / B = sum over k of places! / ((places - k)! offered^k). Taken from k = 0 on the terms grow while places - k exceeds what is offered and then fall
    /// fast, so of millions of places some thousands of terms count.
    /// </remarks>
    /// <param name="places">How many there are.</param>
    /// <param name="offered">Requests that would be served at once if there were places for all: rate x seconds of service.</param>
    public static double Blocked(long places, double offered)
    {
        if (offered <= 0) return 0;
        double sum = 1, term = 1;
        for (long k = 0; k < places; k++)
        {
            term *= (places - k) / offered;
            sum += term;
            if (sum > Endless) return 0;
            if (places - k < offered && term < Enough * sum) break;
        }
        return 1 / sum;
    }

    /// <summary>Erlang C: the chance that a newcomer has to wait, where those who find no place do; 1 where more is offered than there are places.</summary>
    public static double Waits(long places, double offered)
    {
        if (offered >= places) return 1;
        double blocked = Blocked(places, offered);
        return blocked / (1 - offered / places * (1 - blocked));
    }

    /// <summary>Seconds that a request waits on average; infinite where more is offered than there are places.</summary>
    /// <param name="places">How many there are.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="seconds">Of service.</param>
    /// <param name="variation">Squared coefficient of variation of the seconds of service: 1 of an exponential one, 0 of a fixed one. The wait by Erlang is
    /// multiplied with half of it plus half (Allen and Cunneen; exact for one place, where it is Pollaczek and Khinchine's formula).</param>
    public static double MeanWait(long places, double rate, double seconds, double variation = 1)
    {
        double offered = rate * seconds;
        return offered >= places ? double.PositiveInfinity : Waits(places, offered) * seconds / (places - offered) * (1 + variation) / 2;
    }

    /// <summary>Seconds that all but a share of the requests wait at most: the wait of those who do is about exponential.</summary>
    /// <param name="share">Of requests that may wait longer: 0.05.</param>
    /// <inheritdoc cref="MeanWait"/>
    public static double WaitBut(double share, long places, double rate, double seconds, double variation = 1)
    {
        double offered = rate * seconds;
        if (offered >= places) return double.PositiveInfinity;
        double waits = Waits(places, offered);
        return waits <= share ? 0 : Elementary.Log(waits / share) * seconds / (places - offered) * (1 + variation) / 2;
    }
}
