using System.Globalization;

namespace Sandglass.Cli;

/// <summary>Numbers of an experiment in a table; empty for one that a row does not have.</summary>
internal static class Cell
{
    /// <summary>With so many digits behind the point.</summary>
    public static string Number(double? value, int digits = 2) => value?.ToString("F" + digits, CultureInfo.InvariantCulture) ?? "";

    /// <summary>A share as per cent.</summary>
    public static string Share(double? value) => value is double share ? $"{(100 * share).ToString("F1", CultureInfo.InvariantCulture)} %" : "";

    /// <summary>The beginning of a text, on one line.</summary>
    public static string Beginning(string text, int most = 70)
    {
        string line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= most ? line : $"{line[..(char.IsHighSurrogate(line[most - 2]) ? most - 2 : most - 1)]}…";
    }
}
