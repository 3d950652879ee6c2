namespace Sandglass.Chat;

/// <summary>Fills a text up to a width.</summary>
internal static class Padding
{
    /// <summary><c>center</c>, <c>ljust</c>, <c>rjust</c>.</summary>
    public static object Of(Rendering rendering, string name, Text text, Arguments arguments)
    {
        object?[] given = arguments.Match(name, 1, "width", "fillchar");
        string fill = ReferenceEquals(given[1], Arguments.Absent) ? " " : Kinds.String(given[1], name).Value;
        if (fill.Length != 1) throw new TemplateException("template-value", $"{name}: expected one character to fill with.");
        return Of(rendering, name, text, Kinds.Whole(given[0], name), fill[0]);
    }

    public static Text Of(Rendering rendering, string name, Text text, long width, char fill)
    {
        long missing = width - text.Length;
        if (missing <= 0) return text;
        long left = name switch { "ljust" => 0, "rjust" => missing, _ => missing / 2 + (missing & width & 1) };
        TextBuilder padded = new(rendering);
        padded.Repeat(fill, left);
        padded.Append(text);
        padded.Repeat(fill, missing - left);
        return padded.ToText();
    }

    /// <summary>Zeros after the sign.</summary>
    public static Text Zeros(Rendering rendering, Text text, long width)
    {
        long missing = width - text.Length;
        if (missing <= 0) return text;
        int sign = text.Value is ['-' or '+', ..] ? 1 : 0;
        TextBuilder padded = new(rendering);
        padded.Append(text, 0, sign);
        padded.Repeat('0', missing);
        padded.Append(text, sign, text.Value.Length);
        return padded.ToText();
    }

    /// <summary>Blanks for tabs.</summary>
    public static Text Tabs(Rendering rendering, Text text, long size)
    {
        TextBuilder expanded = new(rendering);
        long column = 0;
        rendering.Step(1 + text.Value.Length / 8);
        for (int at = 0; at < text.Value.Length;)
        {
            char c = text.Value[at];
            int width = text.WidthAt(at);
            long blanks = c == '\t' && size > 0 ? size - column % size : 0;
            if (c != '\t') expanded.Append(text, at, at + width);
            else expanded.Repeat(' ', blanks, text.IsTrustedAt(at));
            column = c is '\n' or '\r' ? 0 : column + (c == '\t' ? blanks : 1);
            at += width;
        }
        return expanded.ToText();
    }
}
