using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Sandglass.Cli;

/// <summary>Options whose value is a number or a list of them: a point is a point in every country, and what is out of range is refused by name.</summary>
internal static class NumberOption
{
    /// <summary>A whole number within bounds; null where it is not given.</summary>
    public static Option<T?> Whole<T>(string name, string description, T least, T most, params string[] aliases)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => new(name, aliases)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result =>
            {
                // then even a bound that is rarely met is worth naming
                bool tooLarge = BigInteger.TryParse(Last(result), NumberStyles.None, CultureInfo.InvariantCulture, out _);
                string expected = most == T.MaxValue && !tooLarge ? $"a whole number from {least}" : $"a whole number from {least} to {most}";
                bool whole = T.TryParse(Last(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value);
                return whole && value >= least && value <= most ? value : Refuse<T>(result, name, expected, Advice(description));
            },
        };

    /// <summary>A number; null where it is not given.</summary>
    public static Option<double?> Real(string name, string description, Func<double, bool> accepts, string expected, params string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = "X",
            CustomParser = result =>
            {
                bool number = double.TryParse(Last(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
                return number && double.IsFinite(value) && accepts(value) ? value : Refuse<double>(result, name, expected, Advice(description));
            },
        };

    /// <summary>Bytes, also in thousands (K), millions (M) or billions (G) of them, as sizes are printed; null where it is not given.</summary>
    public static Option<long?> Bytes(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "BYTES",
        CustomParser = result =>
        {
            string text = Last(result).ToUpperInvariant().TrimEnd('B');
            int thousands = text.Length == 0 ? 0 : " KMGT".IndexOf(text[^1], StringComparison.Ordinal);
            if (thousands > 0) text = text[..^1];
            bool number = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && value < 1_000_000_000_000;
            for (int i = 0; i < thousands; i++) value *= 1000;
            return number && value is >= 1 and <= 1_000_000_000_000_000
                ? (long)value
                : Refuse<long>(result, name, "a number of bytes from 1, such as 4000000, 500M or 1.5G");
        },
    };

    /// <summary>Token ids with commas between them; null where the option is not given.</summary>
    public static Option<int[]?> Ids(string name, string description, params string[] aliases) =>
        List(name, description, "token ids with commas between them", 0, int.MaxValue, areMany: true, mayBeEmpty: false, aliases);

    /// <summary>Token ids that make up a text: each command decides what an empty list means.</summary>
    public static Option<int[]?> TextIds(string name, string description, params string[] aliases) =>
        List(name, description, "token ids with commas between them", 0, int.MaxValue, areMany: true, mayBeEmpty: true, aliases);

    /// <summary>Whole numbers within bounds, with commas between them; null where the option is not given.</summary>
    public static Option<int[]?> Wholes(string name, string description, int least, int most, params string[] aliases) =>
        List(name, description, $"whole numbers from {least} to {most} with commas between them", least, most, areMany: false, mayBeEmpty: false, aliases);

    /// <summary>Numbers with commas between them; none where the option is not given.</summary>
    public static Option<double[]?> Reals(string name, string description, Func<double, bool> accepts, string expected) => new(name)
    {
        Description = description,
        HelpName = "X,Y,Z",
        CustomParser = result =>
        {
            string[] parts = Last(result).Split(',', StringSplitOptions.TrimEntries);
            if (ListLength.IsRefused(result, name, parts.Length)) return null;
            double[] numbers = new double[parts.Length];
            for (int i = 0; i < numbers.Length; i++)
            {
                bool number = double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]);
                if (number && double.IsFinite(numbers[i]) && accepts(numbers[i])) continue;
                Refuse<double>(result, name, expected);
                return null;
            }
            return numbers;
        },
    };

    private static Option<int[]?> List(
        string name, string description, string expected, int least, int most, bool areMany, bool mayBeEmpty, string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = "1,2,3",
            CustomParser = result =>
            {
                if (mayBeEmpty && string.IsNullOrWhiteSpace(Last(result))) return [];
                string[] parts = Last(result).Split(',', StringSplitOptions.TrimEntries);
                if (!areMany && ListLength.IsRefused(result, name, parts.Length)) return null;
                int[] ids = new int[parts.Length];
                for (int i = 0; i < ids.Length; i++)
                {
                    if (int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]) && ids[i] >= least && ids[i] <= most) continue;
                    Refuse<int>(result, name, expected);
                    return null;
                }
                return ids;
            },
        };

    private static string Last(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;

    private static T? Refuse<T>(ArgumentResult result, string name, string expected, string advice = "") where T : struct
    {
        result.AddError($"{name}: expected {expected}, found {MissingValue.Found(Last(result))}.{advice}");
        return null;
    }

    /// <summary>How to say what elsewhere -1 or 0 says, as the description has it: "without it …", "0 keeps all".</summary>
    private static string Advice(string description)
    {
        foreach (string part in description.Split(". [default")[0].TrimEnd('.').Split("; "))
        {
            if (part.StartsWith("without it ", StringComparison.Ordinal)) return $" Leave it out: {part["without it ".Length..]}.";
            if (part is ['0' or '1', ' ', not 'o', ..]) return $" {part}.";
        }
        return "";
    }
}
