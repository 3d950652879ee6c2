using System.Globalization;

namespace Sandglass.Chat;

/// <summary><c>'%s of %d' % (a, b)</c>: the older of Python's two ways to fill in values.</summary>
internal static class PercentFormat
{
    public static Text Of(Rendering rendering, Text format, object? values)
    {
        string pattern = format.Value;
        object?[] given = values is TupleValue tuple ? tuple.Items : [values];
        int next = 0, at = 0;
        bool usedNames = false;
        TextBuilder result = new(rendering);
        while (at < pattern.Length)
        {
            rendering.Step();
            int percent = pattern.IndexOf('%', at);
            result.Append(format, at, percent < 0 ? pattern.Length : percent);
            if (percent < 0) break;
            at = percent + 1;

            string? name = null;
            if (at < pattern.Length && pattern[at] == '(')
            {
                int close = pattern.IndexOf(')', at);
                if (close < 0) throw Bad("a name after %( ends nowhere");
                name = pattern[(at + 1)..close];
                at = close + 1;
                usedNames = true;
            }
            object? Take() => next < given.Length ? given[next++] : throw Bad("there are fewer values than places for them");
            int flags = at;
            while (at < pattern.Length && pattern[at] is '-' or '+' or ' ' or '#' or '0') at++;
            string set = pattern[flags..at];
            long width = Amount(pattern, ref at, Take) ?? 0;
            if (width < 0) (set, width) = (set + "-", -width);
            long precision = -1;
            if (at < pattern.Length && pattern[at] == '.')
            {
                at++;
                precision = Amount(pattern, ref at, Take) ?? 0;
            }
            while (at < pattern.Length && pattern[at] is 'l' or 'h' or 'L') at++;
            if (at == pattern.Length) throw Bad("it ends after %");

            char type = pattern[at++];
            if (type == '%')
            {
                result.Append('%');
                continue;
            }
            object? value = name is null ? Take() : values is DictValue dict
                ? dict.TryGet(name, out object? found) ? found : throw Bad($"there is no value named '{name}'") : throw Bad("names need a dict");
            Text text = Converted(rendering, value, type, (int)Math.Min(precision, int.MaxValue), set);
            Pad(rendering, result, text, width, set, isNumber: type is not ('s' or 'r' or 'a' or 'c'));
        }
        if (next < given.Length && !usedNames
            && values is not (DictValue or ListValue or RangeValue or Undefined)) throw Bad("there are more values than places for them");
        return result.ToText(format.IsSafe);
    }

    private static Text Converted(Rendering rendering, object? value, char type, int precision, string flags)
    {
        char sign = flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : '-';
        switch (type)
        {
            case 's' or 'r' or 'a':
                Text text = Printer.Str(rendering, value);
                if (type != 's')
                {
                    TextBuilder shown = new(rendering);
                    Printer.Repr(rendering, shown, value);
                    text = shown.ToText();
                }
                return precision >= 0 && precision < text.Length ? text.Slice(rendering, 0, text.UnitOf(precision)) : text;
            case 'c': return value is Text ? (Text)value : new Text(FormatSpec.Number(rendering, value, 'c', -1, false, '-'), trusted: false);
        }
        if (!Kinds.IsNumber(value)) throw value is Undefined missing ? missing.Failure() : Bad($"%{type} needs a number, found a {Kinds.Name(value)}");
        if (type is 'd' or 'i' or 'u')
        {
            if (value is double number) value = Numbers.Shortened(new System.Numerics.BigInteger(Math.Truncate(number)));
            string digits = FormatSpec.Number(rendering, value, 'd', -1, false, sign);
            int from = digits.Length > 0 && !char.IsAsciiDigit(digits[0]) ? 1 : 0;
            if (precision > 500) throw new TemplateException("template-size", "A number with more than 500 digits in front.");
            return new Text(digits[..from] + digits[from..].PadLeft(Math.Max(precision, 0), '0'), trusted: false);
        }
        if (type is not ('x' or 'X' or 'o' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G')) throw Bad($"%{type} is no conversion");
        return new Text(FormatSpec.Number(rendering, value, type, precision, flags.Contains('#'), sign), trusted: false);
    }

    private static void Pad(Rendering rendering, TextBuilder result, Text text, long width, string flags, bool isNumber)
    {
        long missing = width - text.Length;
        bool left = flags.Contains('-'), zeros = !left && isNumber && flags.Contains('0');
        int sign = zeros && text.Value is ['-' or '+' or ' ', ..] ? 1 : 0;
        if (!left && !zeros) result.Repeat(' ', missing);
        result.Append(text, 0, sign);
        if (zeros) result.Repeat('0', missing);
        result.Append(text, sign, text.Value.Length);
        if (left) result.Repeat(' ', missing);
    }

    private static long? Amount(string pattern, ref int at, Func<object?> take)
    {
        if (at < pattern.Length && pattern[at] == '*')
        {
            at++;
            return Kinds.Whole(take(), "* in a format");
        }
        int from = at;
        long value = 0;
        while (at < pattern.Length && char.IsAsciiDigit(pattern[at])) value = Math.Min(10 * value + pattern[at++] - '0', int.MaxValue);
        return at > from ? value : null;
    }

    private static TemplateException Bad(string what) => new("template-value", string.Create(CultureInfo.InvariantCulture, $"A format with %: {what}."));
}
