namespace Sandglass.Studies;

/// <summary>Times what is done over and over.</summary>
internal sealed class RoundTimer(TimeProvider time, TimeSpan budget, CancellationToken cancellation)
{
    private const int FewestRounds = 4, MostRounds = 2000;

    /// <summary>Seconds of a round, after one that warms up.</summary>
    /// <param name="round">What is timed.</param>
    /// <param name="before">What comes before each round and is not.</param>
    public double Seconds(Action round, Action? before = null)
    {
        round();
        List<double> rounds = [];
        long started = time.GetTimestamp();
        while (rounds.Count < FewestRounds || (rounds.Count < MostRounds && time.GetElapsedTime(started) < budget))
        {
            cancellation.ThrowIfCancellationRequested();
            before?.Invoke();
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
