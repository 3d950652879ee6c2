namespace Sandglass.Generation;

/// <summary>How fast the engine has been in its last steps: what estimates of waiting are made from. The engine's thread measures, any thread asks.</summary>
/// <remarks>Sums that fade: after <see cref="Memory"/> steps, or texts, what was before counts for about a third.</remarks>
internal sealed class EngineSpeed(TimeProvider time)
{
    /// <summary>Steps, or texts, that count.</summary>
    public const int Memory = 32;

    private const double Fades = 1 - 1.0 / Memory;
    private const int UnknownLength = 128;      // tokens of a text without a limit, until some have ended

    private long? _from;
    private Faded _stepTime, _promptTime, _length;

    /// <summary>Seconds of a step in which texts are written; 0 before the first.</summary>
    public double StepSeconds => _stepTime.Mean;

    /// <summary>Seconds that a token of a prompt takes, beside the texts that were written meanwhile; 0 before the first.</summary>
    public double PromptTokenSeconds => _promptTime.Mean;

    /// <summary>A step begins.</summary>
    public void Begin() => _from = Now();

    /// <summary>It has been taken.</summary>
    /// <param name="written">Tokens of texts that are being written.</param>
    /// <param name="read">Tokens of prompts.</param>
    public void End(int written, int read)
    {
        if (_from is not long from || Now() is not long now || now < from) return;
        double seconds = (now - from) / (double)time.TimestampFrequency;
        if (written > 0) _stepTime.Add(seconds, 1);
        if (read > 0) _promptTime.Add(seconds, read);
    }

    /// <summary>A text has ended.</summary>
    public void Ended(long written) => _length.Add(written, 1);

    /// <summary>Tokens that a request will write.</summary>
    /// <param name="most">At most; null where nobody knows: then as many as others did.</param>
    public long Expected(long? most) => most ?? (_length.Mean > 0 ? (long)_length.Mean + 1 : UnknownLength);

    /// <summary>The time of work: prompts are read in the steps in which texts are written, so what takes longer counts.</summary>
    /// <param name="promptTokens">To read.</param>
    /// <param name="written">To write, by all.</param>
    /// <param name="places">Texts that are written at once.</param>
    public TimeSpan Time(long promptTokens, long written, int places)
    {
        double seconds = Math.Max(promptTokens * PromptTokenSeconds, (double)written / Math.Max(1, places) * StepSeconds);
        return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.SecondsPerDay));
    }

    /// <summary>What to tell a caller who is refused: whole seconds from 1 to 300.</summary>
    public static TimeSpan RetryAfter(TimeSpan wait) => TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 300));

    /// <summary>The caller's clock; null where it fails: then nothing is measured.</summary>
    private long? Now()
    {
        try
        {
            return time.GetTimestamp();
        }
        catch (Exception)
        {
            return null;
        }
    }

    private struct Faded
    {
        private double _sum, _weight, _mean;

        public double Mean => Volatile.Read(ref _mean);

        public void Add(double sum, double weight)
        {
            _sum = _sum * Fades + sum;
            _weight = _weight * Fades + weight;
            Volatile.Write(ref _mean, _sum / _weight);
        }
    }
}
