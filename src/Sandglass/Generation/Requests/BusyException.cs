using System.Globalization;

namespace Sandglass.Generation;

/// <summary>A request that is right, but that cannot be served now: too many wait, or it would have to wait for too long. The same request may succeed
/// later.</summary>
public sealed class BusyException : SandglassException
{
    internal BusyException(string code, string limit, string expected, string found, TimeSpan retryAfter)
        : base(code, Said(limit, expected, found, retryAfter)) =>
        (Limit, Expected, Found, RetryAfter) = (limit, expected, found, retryAfter);

    /// <summary>The option whose limit was met, for instance <c>MaxQueue</c>.</summary>
    public string Limit { get; }

    /// <summary>What the limit allows.</summary>
    public string Expected { get; }

    /// <summary>What there was.</summary>
    public string Found { get; }

    /// <summary>When to try again, by the speed that was measured: whole seconds, 1 to 300.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>The message with a front end's name for the option.</summary>
    /// <param name="nameOf">From a property's name to the front end's.</param>
    public string MessageWith(Func<string, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        return Said(nameOf(Limit), Expected, Found, RetryAfter);
    }

    private static string Said(string limit, string expected, string found, TimeSpan retryAfter) =>
        $"{limit}: expected {expected}, found {found}. Try again in {Seconds(retryAfter)} s.";

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
}
