using System.Globalization;
using System.Numerics;

namespace Sandglass.Chat;

/// <summary>Filters over numbers.</summary>
internal static class NumberFilters
{
    public static object? Abs(Rendering rendering, object? value, Arguments arguments)
    {
        if (!Kinds.IsNumber(value)) throw Operations.NotDefined("abs", value);
        if (value is bool flag) return flag ? 1L : 0L;
        return Numbers.Compare(value, 0L) < 0 ? Numbers.Negated(value) : value;
    }

    public static object? Int(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("int", 0, "default", "base");
        object? otherwise = Filters.Given(given[0], 0L);
        long radix = Kinds.Whole(Filters.Given(given[1], 10L), "int");
        switch (value)
        {
            case Undefined missing: throw missing.Failure();
            case bool flag: return flag ? 1L : 0L;
            case long or BigInteger: return value;
            case double number: return double.IsFinite(number) ? Numbers.Shortened(new BigInteger(Math.Truncate(number))) : otherwise;
            case Text text:
                rendering.Step(1 + text.Value.Length / 8);
                if (radix != 10) return OfRadix(text.Value, radix) ?? otherwise;
                if (Numbers.ParseWhole(text.Value) is object whole) return whole;
                return Numbers.ParseFloat(text.Value) is double parsed && double.IsFinite(parsed) ? Numbers.Shortened(new BigInteger(Math.Truncate(parsed)))
                    : otherwise;
            default: return otherwise;
        }
    }

    public static object? Float(Rendering rendering, object? value, Arguments arguments)
    {
        object? otherwise = Filters.Given(arguments.Match("float", 0, "default")[0], 0.0);
        return value switch
        {
            Undefined missing => throw missing.Failure(),
            Text text => Numbers.ParseFloat(text.Value) is double parsed ? parsed : otherwise,
            _ when Kinds.IsNumber(value) => Numbers.ToDouble(value),
            _ => otherwise,
        };
    }

    public static object? Round(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("round", 0, "precision", "method");
        if (!Kinds.IsNumber(value)) throw Operations.NotDefined("round", value);
        int precision = (int)Math.Clamp(Kinds.Whole(Filters.Given(given[0], 0L), "round"), -400, 400);
        string method = Kinds.String(Filters.Given(given[1], new Text("common", trusted: true)), "round").Value;
        if (method is not ("common" or "ceil" or "floor")) throw new TemplateException("template-value", "round: expected common, ceil or floor.");
        if (value is not double && method == "common") return precision >= 0 ? value is bool flag ? flag ? 1L : 0L : value
            : RoundedWhole(Numbers.ToBig(value), -precision);

        double number = Numbers.ToDouble(value);
        if (!double.IsFinite(number)) return number;
        if (method == "common") return Rounded(number, precision);
        double power = double.Parse($"1e{precision}", CultureInfo.InvariantCulture);
        return (method == "ceil" ? Math.Ceiling(number * power) : Math.Floor(number * power)) / power;
    }

    public static object? FileSize(Rendering rendering, object? value, Arguments arguments)
    {
        bool binary = Kinds.IsTrue(Filters.Given(arguments.Match("filesizeformat", 0, "binary")[0], false));
        double bytes = value is Text text ? Numbers.ParseFloat(text.Value) ??
            throw new TemplateException("template-value", "filesizeformat: expected a number.") : Numbers.ToDouble(value);
        double unit = binary ? 1024 : 1000;
        if (bytes == 1) return new Text("1 Byte", trusted: true);
        if (bytes < unit) return new Text($"{Math.Truncate(bytes).ToString(CultureInfo.InvariantCulture)} Bytes", trusted: false);
        string[] prefixes = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        double size = unit;
        for (int i = 0; ; i++)
        {
            size *= unit;
            if (bytes < size || i == prefixes.Length - 1)
                return new Text($"{(unit * bytes / size).ToString("F1", CultureInfo.InvariantCulture)} {prefixes[i]}", trusted: false);
        }
    }

    // of the exact value, as in Python: 2.675 is a little less than it looks and becomes 2.67
    private static double Rounded(double number, int digits)
    {
        if (digits > 330 || number == 0) return number;
        long bits = BitConverter.DoubleToInt64Bits(number);
        int exponent = (int)(bits >> 52 & 0x7FF);
        BigInteger top = exponent == 0 ? bits & 0xFFFFFFFFFFFFF : bits & 0xFFFFFFFFFFFFF | 1L << 52, bottom = 1;
        int shift = Math.Max(exponent, 1) - 1075;                       // number = top * 2^shift
        if (shift >= 0) top <<= shift;
        else bottom <<= -shift;
        if (digits >= 0) top *= BigInteger.Pow(10, digits);
        else bottom *= BigInteger.Pow(10, -digits);
        BigInteger whole = BigInteger.DivRem(top, bottom, out BigInteger rest);
        int compared = (2 * rest).CompareTo(bottom);
        if (compared > 0 || (compared == 0 && !whole.IsEven)) whole++;
        double rounded = double.Parse(string.Create(CultureInfo.InvariantCulture, $"{whole}e{-digits}"), CultureInfo.InvariantCulture);
        return double.CopySign(rounded, number);
    }

    private static object RoundedWhole(BigInteger value, int digits)
    {
        BigInteger power = BigInteger.Pow(10, digits);
        BigInteger half = BigInteger.DivRem(value, power, out BigInteger rest);
        int compared = (BigInteger.Abs(rest) * 2).CompareTo(power);
        if (compared > 0 || (compared == 0 && !half.IsEven)) half += value.Sign;
        return Numbers.Shortened(half * power);
    }

    private static object? OfRadix(string text, long radix)
    {
        text = text.Trim().ToLowerInvariant();
        bool negative = text.StartsWith('-');
        if (negative || text.StartsWith('+')) text = text[1..];
        string prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        if (prefix.Length > 0 && text.StartsWith(prefix, StringComparison.Ordinal)) text = text[2..];
        if (text.Length is 0 or > 1000 || radix is < 2 or > 36) return null;
        BigInteger value = 0;
        foreach (char c in text)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : 36;
            if (digit >= radix) return null;
            value = value * radix + digit;
        }
        return Numbers.Shortened(negative ? -value : value);
    }
}
