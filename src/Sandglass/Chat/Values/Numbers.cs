using System.Globalization;
using System.Numerics;

namespace Sandglass.Chat;

/// <summary>Python's arithmetic: whole numbers without bound (here: of at most 4300 digits, as Python reads and writes), and floats.</summary>
internal static class Numbers
{
    /// <summary>Digits of the largest whole number.</summary>
    public const int MostDigits = 4300;

    private const int MostBits = 14285;     // of 4300 digits

    public static object Compute(string op, object? a, object? b)
    {
        if (a is not double && b is not double && op != "/")
        {
            if (a is not BigInteger && b is not BigInteger && TrySmall(op, ToLong(a), ToLong(b)) is object small) return small;
            BigInteger x = ToBig(a), y = ToBig(b);
            if (op == "**" && y.Sign < 0) return Power(ToDouble(Shortened(x)), ToDouble(Shortened(y)));
            return Shortened(OfWhole(op, x, y));
        }
        double p = ToDouble(a), q = ToDouble(b);
        return op switch
        {
            "+" => p + q,
            "-" => p - q,
            "*" => p * q,
            "/" => q == 0 ? throw ByZero() : p / q,
            "//" => q == 0 ? throw ByZero() : Floor(p, q),
            "%" => q == 0 ? throw ByZero() : Modulo(p, q),
            _ => p < 0 && q != Math.Floor(q)
                ? throw new TemplateException("template-value", "A root of a negative number is complex, which templates do not have.") : Power(p, q),
        };
    }

    public static object Negated(object? value) => value switch
    {
        double number => -number,
        long whole when whole != long.MinValue => -whole,
        _ => Shortened(-ToBig(value)),
    };

    /// <summary>-1, 0 or 1; null where one is not a number (NaN).</summary>
    public static int? Compare(object? a, object? b)
    {
        if (a is double || b is double)
        {
            if (a is double p && b is double q) return double.IsNaN(p) || double.IsNaN(q) ? null : p.CompareTo(q);
            (double number, object? whole, int sign) = a is double first ? (first, b, 1) : ((double)b!, a, -1);
            if (double.IsNaN(number)) return null;
            if (double.IsInfinity(number)) return number > 0 ? sign : -sign;
            int compared = ((BigInteger)Math.Floor(number)).CompareTo(ToBig(whole));
            return sign * (compared == 0 && number != Math.Floor(number) ? 1 : compared);
        }
        return a is BigInteger || b is BigInteger ? ToBig(a).CompareTo(ToBig(b)) : ToLong(a).CompareTo(ToLong(b));
    }

    public static double ToDouble(object? value) => value switch
    {
        double number => number,
        BigInteger big => double.IsInfinity((double)big) ?
            throw new TemplateException("template-value", "A whole number is too large for a float.") : (double)big,
        _ => ToLong(value),
    };

    public static BigInteger ToBig(object? value) => value is BigInteger big ? big : ToLong(value);

    /// <summary>As a long where it fits.</summary>
    public static object Shortened(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue) return (long)value;
        return value.GetBitLength() <= MostBits ? value : throw TooLarge();
    }

    /// <summary>A whole number as Python's <c>int</c> reads it: blanks around, a sign, underscores between digits. Null where it is none.</summary>
    public static object? ParseWhole(string text)
    {
        ReadOnlySpan<char> trimmed = Trimmed(text);
        bool negative = trimmed.StartsWith("-");
        if (negative || trimmed.StartsWith("+")) trimmed = trimmed[1..];
        if (trimmed.Length is 0 or > 2 * MostDigits || trimmed[0] == '_' || trimmed[^1] == '_' || trimmed.Contains("__", StringComparison.Ordinal)) return null;
        string digits = trimmed.ToString().Replace("_", "", StringComparison.Ordinal);
        if (digits.AsSpan().ContainsAnyExceptInRange('0', '9')) return null;
        if (digits.Length > MostDigits) throw TooLarge();
        BigInteger value = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return Shortened(negative ? -value : value);
    }

    /// <summary>A float as Python's <c>float</c> reads it; null where it is none.</summary>
    public static double? ParseFloat(string text)
    {
        string trimmed = Trimmed(text).ToString().ToLowerInvariant();
        switch (trimmed.TrimStart('+', '-'))
        {
            case "inf" or "infinity": return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan": return double.NaN;
        }
        return !trimmed.AsSpan().ContainsAnyExcept("0123456789+-.e_") && !trimmed.StartsWith('_') && !trimmed.EndsWith('_')
            && double.TryParse(trimmed.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? value : null;
    }

    private static object? TrySmall(string op, long x, long y)
    {
        switch (op)
        {
            case "+": return (long.MaxValue - Math.Max(x, 0) >= Math.Max(y, 0)) && (long.MinValue - Math.Min(x, 0) <= Math.Min(y, 0)) ? x + y : null;
            case "-": return y == long.MinValue ? null : TrySmall("+", x, -y);
            case "*": return Math.BigMul(x, y, out long low) == (low >> 63) ? low : null;
            case "//" when y == 0: throw ByZero();
            case "%" when y == 0: throw ByZero();
            case "//" when y != -1: return x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0);
            case "%" when y != -1: return x % y + (x % y != 0 && (x < 0) != (y < 0) ? y : 0);
            case "%": return 0L;
            default: return null;
        }
    }

    private static BigInteger OfWhole(string op, BigInteger x, BigInteger y)
    {
        switch (op)
        {
            case "+": return x + y;
            case "-": return x - y;
            case "*": return x * y;
            case "**":
                if (BigInteger.Abs(x) > 1 && y * x.GetBitLength() > 2 * MostBits) throw TooLarge();
                return BigInteger.Pow(x, y > int.MaxValue ? 2 + (int)(y % 2) : (int)y);     // of 0, 1 and -1 only whether it is even
        }
        if (y.IsZero) throw ByZero();
        BigInteger quotient = BigInteger.DivRem(x, y, out BigInteger rest);
        bool below = !rest.IsZero && (rest.Sign < 0) != (y.Sign < 0);
        return op == "//" ? below ? quotient - 1 : quotient : below ? rest + y : rest;
    }

    private static double Modulo(double p, double q)
    {
        double rest = p % q;
        return rest != 0 && (rest < 0) != (q < 0) ? rest + q : rest == 0 ? Math.CopySign(0, q) : rest;
    }

    // no number that a model computes with, and Python's comes from the platform too
#pragma warning disable RS0030
    private static double Power(double p, double q) => p == 0 && q < 0 ? throw ByZero() : Math.Pow(p, q);
#pragma warning restore RS0030

    // by the rest, so that a quotient that rounds up to a whole number is not taken for it
    private static double Floor(double p, double q)
    {
        double quotient = (p - Modulo(p, q)) / q, floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static long ToLong(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long whole => whole,
        Undefined missing => throw missing.Failure(),
        _ => throw new TemplateException("template-value", $"Expected a number, found a {Kinds.Name(value)}."),
    };

    private static ReadOnlySpan<char> Trimmed(string text)
    {
        int from = 0, to = text.Length;
        while (from < to && Characters.IsSpace(text[from])) from++;
        while (to > from && Characters.IsSpace(text[to - 1])) to--;
        return text.AsSpan(from, to - from);
    }

    private static TemplateException ByZero() => new("template-value", "Division by zero.");

    private static TemplateException TooLarge() => new("template-size", $"A whole number of more than {MostDigits} digits.");
}
