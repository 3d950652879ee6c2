using System.Globalization;
using System.Numerics;

namespace Sandglass.Chat;

/// <summary>How a value is to be written: Python's format specification, <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed class FormatSpec
{
    private const int MostPrecision = 500;      // more digits than a float has

    private char _fill = ' ', _align, _sign = '-', _grouping, _type;
    private bool _alternate;
    private long _width;
    private int _precision = -1;

    /// <summary>A value by a specification.</summary>
    public static Text Format(Rendering rendering, object? value, string spec)
    {
        if (spec.Length == 0) return Printer.Str(rendering, value);
        FormatSpec read = Read(spec);
        Text text = value switch
        {
            Text given => read.OfText(rendering, given),
            _ when Kinds.IsNumber(value) => new Text(read.OfNumber(rendering, value), trusted: false),
            Undefined missing => throw missing.Failure(),
            _ => throw new TemplateException("template-value", $"format: a {Kinds.Name(value)} takes no specification."),
        };
        return read.Padded(rendering, text, Kinds.IsNumber(value));
    }

    /// <summary>A number as <c>%d</c>, <c>%x</c>, <c>%.3f</c> write it, without padding.</summary>
    public static string Number(Rendering rendering, object? value, char type, int precision, bool alternate, char sign) =>
        new FormatSpec { _type = type, _precision = precision, _alternate = alternate, _sign = sign }.OfNumber(rendering, value);

    private static FormatSpec Read(string spec)
    {
        FormatSpec read = new();
        int at = 0;
        if (spec.Length > 1 && spec[1] is '<' or '>' or '^' or '=') (read._fill, read._align, at) = (spec[0], spec[1], 2);
        else if (spec[0] is '<' or '>' or '^' or '=') (read._align, at) = (spec[0], 1);
        if (at < spec.Length && spec[at] is '+' or '-' or ' ') read._sign = spec[at++];
        if (at < spec.Length && spec[at] == '#') read._alternate = spec[at++] == '#';
        if (at < spec.Length && spec[at] == '0')
        {
            at++;
            if (read._align == '\0') (read._fill, read._align) = ('0', '=');
        }
        read._width = Digits(spec, ref at) ?? 0;
        if (at < spec.Length && spec[at] is ',' or '_') read._grouping = spec[at++];
        if (at < spec.Length && spec[at] == '.')
        {
            at++;
            read._precision = (int)(Digits(spec, ref at) ?? throw Bad(spec));
        }
        if (at < spec.Length) read._type = spec[at++];
        return at == spec.Length ? read : throw Bad(spec);
    }

    private static long? Digits(string spec, ref int at)
    {
        int from = at;
        long value = 0;
        while (at < spec.Length && char.IsAsciiDigit(spec[at])) value = Math.Min(10 * value + spec[at++] - '0', int.MaxValue);
        return at > from ? value : null;
    }

    private static TemplateException Bad(string spec) =>
        new("template-value", $"format: '{(spec.Length > 40 ? spec[..40] + "…" : spec)}' is no specification of a format.");

    private Text OfText(Rendering rendering, Text text)
    {
        if (_type is not ('\0' or 's') || _align == '=')
            throw new TemplateException("template-value", $"format: '{(_type == '\0' ? '=' : _type)}' is not for a str.");
        return _precision >= 0 && _precision < text.Length ? text.Slice(rendering, 0, text.UnitOf(_precision)) : text;
    }

    private string OfNumber(Rendering rendering, object? value)
    {
        if (_precision > MostPrecision && (_type is not ('\0' or 's')))
            throw new TemplateException("template-size", $"A number with more than {MostPrecision} digits after its point.");
        bool whole = value is not double;
        char type = _type != '\0' ? _type : whole && _precision < 0 ? 'd' : _type;
        string digits;
        bool negative;
        if (type is 'd' or 'x' or 'X' or 'o' or 'b' or 'c' or 'n' && (whole || type == 'd'))
        {
            if (!whole) throw new TemplateException("template-value", $"format: '{type}' is for whole numbers, found a float.");
            BigInteger big = Numbers.ToBig(value);
            if (type == 'c') return char.ConvertFromUtf32((int)Math.Clamp((long)big, 0, 0xD7FF));
            negative = big.Sign < 0;
            big = BigInteger.Abs(big);
            digits = type switch { 'x' or 'X' => Radix(big, 16), 'o' => Radix(big, 8), 'b' => Radix(big, 2), _ => big.ToString(CultureInfo.InvariantCulture) };
            if (type == 'X') digits = digits.ToUpperInvariant();
            if (_alternate && type is 'x' or 'X' or 'o' or 'b') digits = $"0{type}{digits}";
        }
        else
        {
            double number = Numbers.ToDouble(value);
            negative = double.IsNegative(number) && !double.IsNaN(number);
            digits = Floating(Math.Abs(number), type);
        }
        if (_grouping != '\0') digits = Grouped(digits, _grouping);
        rendering.Take(4L * digits.Length);
        return (negative ? "-" : _sign == '-' ? "" : _sign.ToString()) + digits;
    }

    private string Floating(double number, char type)
    {
        if (double.IsNaN(number)) return type is 'F' or 'E' or 'G' ? "NAN" : "nan";
        if (double.IsInfinity(number)) return type is 'F' or 'E' or 'G' ? "INF" : "inf";
        int precision = _precision < 0 ? 6 : _precision;
        string p = precision.ToString(CultureInfo.InvariantCulture);
        switch (type)
        {
            case 'f' or 'F': return number.ToString("F" + p, CultureInfo.InvariantCulture);
            case '%': return (number * 100).ToString("F" + p, CultureInfo.InvariantCulture) + "%";
            case 'e': return Exponent(number.ToString("e" + p, CultureInfo.InvariantCulture));
            case 'E': return Exponent(number.ToString("E" + p, CultureInfo.InvariantCulture));
            case 'g' or 'G' or 'n': return General(number, Math.Max(precision, 1), type == 'G' ? 'E' : 'e', keepPoint: false);
            case '\0': return _precision < 0 ? Printer.Float(number) : General(number, Math.Max(precision, 1), 'e', keepPoint: true);
            default: throw new TemplateException("template-value", $"format: '{type}' is no type of a number.");
        }
    }

    private static string General(double number, int precision, char e, bool keepPoint)
    {
        string scientific = number.ToString("E" + (precision - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= precision)
            return Exponent(Trimmed(scientific[..scientific.IndexOf('E')]) + e + scientific[(scientific.IndexOf('E') + 1)..]);
        string plain = Trimmed(number.ToString("F" + Math.Max(precision - 1 - exponent, 0).ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture));
        return keepPoint && !plain.Contains('.') ? plain + ".0" : plain;
    }

    private static string Trimmed(string digits) => digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits;

    // .NET writes three digits of an exponent, Python two where they are enough
    private static string Exponent(string digits)
    {
        int e = digits.LastIndexOfAny(['e', 'E']);
        return $"{digits[..(e + 2)]}{digits[(e + 2)..].TrimStart('0').PadLeft(2, '0')}";
    }

    private static string Radix(BigInteger value, int radix)
    {
        if (value.IsZero) return "0";
        Stack<char> digits = new();
        for (; !value.IsZero; value /= radix) digits.Push("0123456789abcdef"[(int)(value % radix)]);
        return new string([.. digits]);
    }

    private static string Grouped(string digits, char by)
    {
        int end = digits.IndexOfAny(['.', 'e', '%']);
        if (end < 0) end = digits.Length;
        for (int at = end - 3; at > 0; at -= 3) digits = digits.Insert(at, by.ToString());
        return digits;
    }

    private Text Padded(Rendering rendering, Text text, bool isNumber)
    {
        if (_width <= text.Length) return text;
        char align = _align != '\0' ? _align : isNumber ? '>' : '<';
        if (align == '=')
        {
            int sign = text.Value is ['-' or '+' or ' ', ..] ? 1 : 0;
            TextBuilder padded = new(rendering);
            padded.Append(text, 0, sign);
            padded.Repeat(_fill, _width - text.Length);
            padded.Append(text, sign, text.Value.Length);
            return padded.ToText();
        }
        long missing = _width - text.Length, left = align switch { '<' => 0, '>' => missing, _ => missing / 2 };
        TextBuilder builder = new(rendering);
        builder.Repeat(_fill, left);
        builder.Append(text);
        builder.Repeat(_fill, missing - left);
        return builder.ToText();
    }
}
