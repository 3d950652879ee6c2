using System.Globalization;

namespace Sandglass.SideBySide;

/// <summary>Numbers as the report writes them.</summary>
internal static class Amount
{
    public static string Rate(double rate) => rate.ToString(rate >= 100 ? "F0" : rate >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);

    public static string Ratio(double ratio) => ratio.ToString("F2", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (100 * share).ToString("F0", CultureInfo.InvariantCulture) + " %";
}
