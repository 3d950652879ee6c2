using System.Globalization;

namespace Sandglass.ServeBench.Output;

/// <summary>Times as a person reads them.</summary>
internal static class Milliseconds
{
    private const double Long = 10;

    public static string Of(double seconds) => seconds >= Long ? seconds.ToString("F1", CultureInfo.InvariantCulture) + " s"
        : (1000 * seconds).ToString(seconds >= 0.1 ? "F0" : "F1", CultureInfo.InvariantCulture) + " ms";
}
