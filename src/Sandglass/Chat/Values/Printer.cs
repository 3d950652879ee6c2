using System.Globalization;
using System.Numerics;

namespace Sandglass.Chat;

/// <summary>Values as text, as Python's <c>str</c> and <c>repr</c> give it.</summary>
internal static class Printer
{
    /// <summary><c>str(value)</c>.</summary>
    public static Text Str(Rendering rendering, object? value)
    {
        switch (value)
        {
            case Text text: return text;
            case Undefined: return Text.Empty;
        }
        TextBuilder builder = new(rendering);
        Repr(rendering, builder, value);
        return builder.ToText();
    }

    /// <summary>Appends <c>repr(value)</c>.</summary>
    public static void Repr(Rendering rendering, TextBuilder builder, object? value, int depth = 0)
    {
        rendering.Step();
        if (depth > Rendering.MostDepth) throw Rendering.TooDeep();
        switch (value)
        {
            case null: builder.Append("None"); break;
            case bool flag: builder.Append(flag ? "True" : "False"); break;
            case long whole: builder.Append(whole.ToString(CultureInfo.InvariantCulture)); break;
            case BigInteger big: builder.Append(big.ToString(CultureInfo.InvariantCulture)); break;
            case double number: builder.Append(Float(number)); break;
            case Text { IsSafe: true } text: builder.Append("Markup("); Quote(builder, text); builder.Append(")"); break;
            case Text text: Quote(builder, text); break;
            case Undefined: builder.Append("Undefined"); break;
            case ListValue list: Sequence(rendering, builder, "[", list.Items, "]", depth); break;
            case TupleValue tuple: Sequence(rendering, builder, "(", tuple.Items, tuple.Items.Length == 1 ? ",)" : ")", depth); break;
            case DictValue dict: Dict(rendering, builder, dict, depth); break;
            case RangeValue range:
                builder.Append(range.Step == 1 ? $"range({range.From}, {range.To})"
                : $"range({range.From}, {range.To}, {range.Step})"); break;
            case DictView view:
                builder.Append(Kinds.Name(view) + "(");
                Sequence(rendering, builder, "[", [.. Enumerable.Range(0, view.Of.Count).Select(i => view[i])], "]", depth);
                builder.Append(")");
                break;
            case NamespaceValue space: builder.Append("<Namespace "); Dict(rendering, builder, space.Values, depth); builder.Append(">"); break;
            case MacroValue macro: builder.Append($"<Macro '{macro.Name}'>"); break;
            case LoopValue loop: builder.Append($"<LoopContext {loop.Index}/{loop.Count}>"); break;
            default: builder.Append($"<{Kinds.Name(value)}>"); break;
        }
    }

    /// <summary>The shortest digits that read back as the same float, with an exponent below 1e-4 and from 1e16.</summary>
    public static string Float(double number)
    {
        if (double.IsNaN(number)) return "nan";
        if (double.IsInfinity(number)) return number > 0 ? "inf" : "-inf";

        string shortest = number.ToString("E16", CultureInfo.InvariantCulture);
        for (int digits = 0; digits < 17; digits++)
        {
            string candidate = number.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) != number) continue;
            shortest = candidate;
            break;
        }
        int e = shortest.IndexOf('E');
        string sign = shortest[0] == '-' ? "-" : "", mantissa = shortest[sign.Length..e].Replace(".", "", StringComparison.Ordinal);
        int exponent = int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent is < -4 or >= 16)
        {
            string fraction = mantissa.Length > 1 ? "." + mantissa[1..] : "";
            return $"{sign}{mantissa[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{mantissa}";
        if (mantissa.Length <= exponent + 1) return $"{sign}{mantissa.PadRight(exponent + 1, '0')}.0";
        return $"{sign}{mantissa[..(exponent + 1)]}.{mantissa[(exponent + 1)..]}";
    }

    private static void Sequence(Rendering rendering, TextBuilder builder, string open, IReadOnlyList<object?> items, string close, int depth)
    {
        builder.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) builder.Append(", ");
            Repr(rendering, builder, items[i], depth + 1);
        }
        builder.Append(close);
    }

    private static void Dict(Rendering rendering, TextBuilder builder, DictValue dict, int depth)
    {
        builder.Append("{");
        for (int i = 0; i < dict.Count; i++)
        {
            if (i > 0) builder.Append(", ");
            Repr(rendering, builder, dict.KeyAt(i), depth + 1);
            builder.Append(": ");
            Repr(rendering, builder, dict.ValueAt(i), depth + 1);
        }
        builder.Append("}");
    }

    // in single quotes, unless that costs escapes which double ones do not
    private static void Quote(TextBuilder builder, Text text)
    {
        string value = text.Value;
        char quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        builder.Append(quote);
        int plain = 0;
        for (int at = 0; at < value.Length;)
        {
            int width = text.WidthAt(at);
            int codePoint = width == 2 ? char.ConvertToUtf32(value[at], value[at + 1]) : value[at];
            if (Escape(codePoint, quote) is string escape)
            {
                builder.Append(text, plain, at);
                builder.Append(escape, text.IsTrustedAt(at));
                plain = at + width;
            }
            at += width;
        }
        builder.Append(text, plain, value.Length);
        builder.Append(quote);
    }

    private static string? Escape(int codePoint, char quote) => codePoint switch
    {
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ when codePoint == quote => "\\" + quote,
        _ when codePoint is >= ' ' and < 0x7F || Characters.IsPrintable(codePoint) => null,
        < 0x100 => string.Create(CultureInfo.InvariantCulture, $"\\x{codePoint:x2}"),
        < 0x10000 => string.Create(CultureInfo.InvariantCulture, $"\\u{codePoint:x4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{codePoint:x8}"),
    };
}
