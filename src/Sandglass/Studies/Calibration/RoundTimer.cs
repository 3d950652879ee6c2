namespace Sandglass.Studies;

/// <summary>Times what is done over and over.</summary>
internal sealed class RoundTimer(TimeProvider time, TimeSpan budget, CancellationToken cancellation)
{
    private const int FewestRounds = 4, MostRounds = 2000;

    /// <summary>Seconds of a round, after one that warms up.</summary>
    public double Seconds(Action round)
    {
        round();
        List<double> rounds = [];
        long started = time.GetTimestamp();
        while (rounds.Count < FewestRounds || (rounds.Count < MostRounds && time.GetElapsedTime(started) < budget))
        {
            cancellation.ThrowIfCancellationRequested();
            long from = time.GetTimestamp();
            round();
            rounds.Add(time.GetElapsedTime(from).TotalSeconds);
        }
        return Undisturbed(rounds);
    }

    /// <summary>Of several times of the same, one that a quarter of them are below: what else runs on the machine only delays.</summary>
    public static double Undisturbed(List<double> seconds)
    {
        seconds.Sort();
        return seconds[seconds.Count / 4];
    }
}
