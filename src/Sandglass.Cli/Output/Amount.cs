using System.Globalization;

namespace Sandglass.Cli;

/// <summary>Numbers as a person reads them.</summary>
internal static class Amount
{
    /// <summary>Bytes in decimal units, as disks and files are sold: 98.4 MB.</summary>
    public static string Bytes(long bytes) => bytes < 1000 ? $"{bytes} bytes" : Scaled(bytes, ["bytes", "kB", "MB", "GB", "TB", "PB"]);

    /// <summary>Parameters: 5.77 million.</summary>
    public static string Parameters(long count) => count < 1_000_000 ? Whole(count) : Scaled(count, ["", "thousand", "million", "billion", "trillion"]);

    /// <summary>With commas between thousands.</summary>
    public static string Whole(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A large count in few letters: 1.65 G.</summary>
    public static string Count(long number) => number < 1000 ? Whole(number) : Scaled(number, ["", "k", "M", "G", "T", "P"]);

    /// <summary>As <see cref="Count"/>, of numbers that no whole number holds: 3.14 x 10^23.</summary>
    public static string Large(double number)
    {
        if (!double.IsFinite(number)) return "-";
        if (number < 1e15) return number < 1000 ? Short(number) : Scaled(number, ["", "k", "M", "G", "T", "P"]);
        int power = (int)Math.Floor(Math.Log10(number));
        return string.Create(CultureInfo.InvariantCulture, $"{number / Math.Pow(10, power):F2}e{power}");
    }

    /// <summary>So many of something, in the plural but for one: 1 token, 2,048 tokens.</summary>
    public static string Of(long number, string noun) => $"{Whole(number)} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>Three digits that count.</summary>
    public static string Short(double number) => number switch
    {
        >= 99.95 => number.ToString("F0", CultureInfo.InvariantCulture),
        >= 9.995 => number.ToString("F1", CultureInfo.InvariantCulture),
        _ => number.ToString("F2", CultureInfo.InvariantCulture),
    };

    /// <summary>A time: 34 ms, 2.1 s.</summary>
    public static string Time(TimeSpan time) =>
        time.TotalSeconds < 1 ? $"{time.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture)} ms" : $"{Short(time.TotalSeconds)} s";

    private static string Scaled(double number, string[] units)
    {
        int unit = 0;
        for (; number >= 999.5 && unit < units.Length - 1; unit++) number /= 1000;
        return $"{Short(number)} {units[unit]}".TrimEnd();
    }
}
