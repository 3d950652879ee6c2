using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Sandglass.Cli;

/// <summary>Numbers of plans as people write them: a context of 128K is 131,072 positions, 15T tokens are 15 million million.</summary>
internal static class PlanNumbers
{
    private const long MostPositions = 1L << 30;

    /// <summary>Positions, several with commas between them; K is 1,024 of them, M 1,048,576. None where it is not given.</summary>
    public static Option<long[]> Positions(string name, string description, int least, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "N[,N…]",
        CustomParser = result =>
        {
            string[] parts = Given(result).Split(',', StringSplitOptions.TrimEntries);
            if (ListLength.IsRefused(result, name, parts.Length)) return [];
            long[] positions = new long[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (Scaled(parts[i], "KM", 1024) is double number && number >= least && number <= MostPositions && double.IsInteger(number))
                {
                    positions[i] = (long)number;
                    continue;
                }
                result.AddError($"{name}: expected numbers of positions from {least} to {MostPositions} with commas between them, such as 8192 or 8K,128K, " +
                    $"found {MissingValue.Found(parts[i])}.");
                return [];
            }
            return positions;
        },
    };

    /// <summary>As <see cref="Positions"/>, one number; null where it is not given.</summary>
    public static Option<long?> Position(string name, string description, int least) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (Scaled(Given(result), "KM", 1024) is double number && number >= least && number <= MostPositions && double.IsInteger(number))
                return (long)number;
            result.AddError($"{name}: expected a number of positions from {least} to {MostPositions}, such as 4096 or 4K, found " +
                $"{MissingValue.Found(Given(result))}.");
            return null;
        },
    };

    /// <summary>A large number: K, M, B (or G) and T are thousands, millions, billions and trillions. Null where it is not given.</summary>
    public static Option<double?> Large(string name, string description, double least, double most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string given = Given(result).ToUpperInvariant().Replace('G', 'B');
            if (Scaled(given, "KMBT", 1000) is double number && number >= least && number <= most) return number;
            result.AddError(string.Create(CultureInfo.InvariantCulture,
                $"{name}: expected a number from {least:G} to {most:G}, such as 8B, 1.4T or 3e12, found {MissingValue.Found(Given(result))}."));
            return null;
        },
    };

    /// <summary>As <see cref="Large"/>, several with commas between them; none where it is not given.</summary>
    public static Option<double[]> Larges(string name, string description, double least, double most) => new(name)
    {
        Description = description,
        HelpName = "N[,N…]",
        CustomParser = result =>
        {
            string[] parts = Given(result).Split(',', StringSplitOptions.TrimEntries);
            if (ListLength.IsRefused(result, name, parts.Length)) return [];
            double[] numbers = new double[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (Scaled(parts[i].ToUpperInvariant().Replace('G', 'B'), "KMBT", 1000) is double number && number >= least && number <= most)
                {
                    numbers[i] = number;
                    continue;
                }
                result.AddError(string.Create(CultureInfo.InvariantCulture,
                    $"{name}: expected numbers from {least:G} to {most:G} with commas between them, such as 1K,1M, found {MissingValue.Found(parts[i])}."));
                return [];
            }
            return numbers;
        },
    };

    /// <summary>A number with the letter of its power behind it; null where it is none.</summary>
    private static double? Scaled(string text, string letters, double step)
    {
        text = text.ToUpperInvariant();
        int power = text.Length == 0 ? 0 : letters.IndexOf(text[^1], StringComparison.Ordinal) + 1;
        if (power > 0) text = text[..^1];
        NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, style, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number)) return null;
        for (int i = 0; i < power; i++) number *= step;
        return number;
    }

    private static string Given(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
}
