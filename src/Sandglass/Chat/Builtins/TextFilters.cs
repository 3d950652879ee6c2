using System.Text;

namespace Sandglass.Chat;

/// <summary>Filters over texts.</summary>
internal static class TextFilters
{
    public static object? Trim(Rendering rendering, object? value, Arguments arguments)
    {
        object? characters = Filters.Given(arguments.Match("trim", 0, "chars")[0], null);
        return Trimming.Strip(rendering, Printer.Str(rendering, value), characters is null ? null : Kinds.String(characters, "trim"), left: true, right: true);
    }

    public static object? Replace(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("replace", 2, "old", "new", "count");
        long most = Filters.Given(given[2], null) is object count ? Kinds.Whole(count, "replace") : -1;
        return StringMethods.Replace(rendering, Printer.Str(rendering, value), Printer.Str(rendering, given[0]), Printer.Str(rendering, given[1]), most);
    }

    public static object? Title(Rendering rendering, object? value, Arguments arguments)
    {
        bool begins = true;
        return Casing.Mapped(rendering, Printer.Str(rendering, value), c =>
        {
            bool between = c is '-' or '(' or '{' or '[' or '<' || Characters.IsSpace(c);
            char mapped = between ? c : begins ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c);
            begins = between;
            return mapped;
        });
    }

    public static object? Format(Rendering rendering, object? value, Arguments arguments)
    {
        if (arguments.Named.Length > 0 && arguments.Positional.Length > 0)
            throw new TemplateException("template-value", "format: values are given by place or by name, not both.");
        object? values = new TupleValue(arguments.Positional);
        if (arguments.Named.Length > 0)
        {
            DictValue names = new(rendering);
            foreach ((string name, object? one) in arguments.Named) names.Set(name, one);
            values = names;
        }
        return PercentFormat.Of(rendering, Printer.Str(rendering, value), values);
    }

    public static object? ToJson(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        object? indent = Filters.Given(given[1], null);
        Text? level = indent switch
        {
            null => null,
            Text text => text,
            _ => new Text(new string(' ', (int)Math.Clamp(Kinds.Whole(indent, "tojson"), 0, 1000)), trusted: true),
        };
        (Text comma, Text colon) = (new Text(level is null ? ", " : ",", trusted: true), new Text(": ", trusted: true));
        if (Filters.Given(given[2], null) is object separators)
        {
            if (Iteration.ToList(rendering, separators) is not [Text first, Text second])
                throw new TemplateException("template-value", "tojson: expected two separators.");
            (comma, colon) = (first, second);
        }
        return new JsonText(rendering)
        {
            EscapesAll = Kinds.IsTrue(Filters.Given(given[0], false)),
            Indent = level,
            Comma = comma,
            Colon = colon,
            SortsKeys = Kinds.IsTrue(Filters.Given(given[3], false)),
        }.Of(value);
    }

    public static object? Indent(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("indent", 0, "width", "first", "blank");
        object? width = Filters.Given(given[0], 4L);
        bool first = Kinds.IsTrue(Filters.Given(given[1], false)), blank = Kinds.IsTrue(Filters.Given(given[2], false));
        Text? by = width as Text;
        long blanks = by is null ? Kinds.Whole(width, "indent") : 0;
        Text text = Kinds.String(value, "indent");
        TextBuilder result = new(rendering);
        List<object?> lines = ((ListValue)Splitting.Lines(rendering, text, keepEnds: false)).Items;
        if (text.Value.Length == 0 || text.Value.EndsWith('\n')) lines.Add(Text.Empty);
        for (int i = 0; i < lines.Count; i++)
        {
            Text line = (Text)lines[i]!;
            if (i > 0) result.Append('\n');
            if (i == 0 ? first : blank || line.Value.Length > 0)
            {
                if (by is null) result.Repeat(' ', blanks);
                else result.Append(by);
            }
            result.Append(line);
        }
        return result.ToText(text.IsSafe);
    }

    public static object? Truncate(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("truncate", 0, "length", "killwords", "end", "leeway");
        Text end = Kinds.String(Filters.Given(given[2], new Text("...", trusted: true)), "truncate");
        long length = Kinds.Whole(Filters.Given(given[0], 255L), "truncate"), leeway = Kinds.Whole(Filters.Given(given[3], null) ?? 5L, "truncate");
        if (length < end.Length) throw new TemplateException("template-value", $"truncate: expected a length of at least {end.Length}, found {length}.");
        if (Kinds.Count(value) <= length + leeway) return value;
        Text text = Kinds.String(value, "truncate");
        Text cut = text.Slice(rendering, 0, text.UnitOf((int)(length - end.Length)));
        if (!Kinds.IsTrue(Filters.Given(given[1], false)))
        {
            int blank = cut.Value.LastIndexOf(' ');
            if (blank >= 0) cut = cut.Slice(rendering, 0, blank);
        }
        TextBuilder result = new(rendering);
        result.Append(cut);
        result.Append(end);
        return result.ToText();
    }

    public static object? WordCount(Rendering rendering, object? value, Arguments arguments)
    {
        Text text = Printer.Str(rendering, value);
        rendering.Step(1 + text.Value.Length / 16);
        long words = 0;
        for (int at = 0; at < text.Value.Length; at++)
            if (Characters.IsWord(text.Value[at]) && (at == 0 || !Characters.IsWord(text.Value[at - 1]))) words++;
        return words;
    }

    public static object? WordWrap(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = (int)Math.Clamp(Kinds.Whole(Filters.Given(given[0], 79L), "wordwrap"), 1, int.MaxValue);
        bool breakLong = Kinds.IsTrue(Filters.Given(given[1], true)), hyphens = Kinds.IsTrue(Filters.Given(given[3], true));
        Text between = Filters.Given(given[2], null) is object wrap ? Kinds.String(wrap, "wordwrap") : new Text("\n", trusted: true);
        return Wrapping.Wrap(rendering, Printer.Str(rendering, value), width, breakLong, between, hyphens);
    }

    public static object? StripTags(Rendering rendering, object? value, Arguments arguments)
    {
        Text text = Printer.Str(rendering, value);
        TextBuilder kept = new(rendering);
        int at = 0;
        foreach ((string open, string close) in ((string, string)[])[("<!--", "-->"), ("<", ">")])
        {
            kept = new TextBuilder(rendering);
            for (at = 0; ;)
            {
                int from = Search.IndexOf(rendering, text.Value, open, at, text.Value.Length);
                int to = from < 0 ? -1 : Search.IndexOf(rendering, text.Value, close, from, text.Value.Length);
                if (to < 0) break;
                kept.Append(text, at, from);
                at = to + close.Length;
            }
            kept.Append(text, at, text.Value.Length);
            text = kept.ToText();
        }
        object words = Splitting.Split(rendering, text, Arguments.None, fromRight: false);
        return Entities.Decoded(rendering, StringMethods.Join(rendering, new Text(" ", trusted: true), words));
    }

    public static object? UrlEncode(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is DictValue or ListValue or TupleValue)
        {
            IEnumerable<object?> pairs = value is DictValue dict ? Iteration.Of(rendering, new DictView(dict, DictPart.Items)) : Iteration.Of(rendering, value);
            List<object?> parts = [];
            foreach (object? pair in pairs)
            {
                if (Iteration.ToList(rendering, pair) is not [var name, var of]) throw new TemplateException("template-value", "urlencode: expected pairs.");
                parts.Add(new Text($"{Quoted(rendering, name, query: true)}={Quoted(rendering, of, query: true)}", trusted: false));
            }
            return StringMethods.Join(rendering, new Text("&", trusted: true), new ListValue(parts));
        }
        return new Text(Quoted(rendering, value, query: false), trusted: false);
    }

    public static object? XmlAttributes(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is not DictValue dict) throw new TemplateException("template-value", $"xmlattr: expected a dict, found a {Kinds.Name(value)}.");
        bool space = Kinds.IsTrue(Filters.Given(arguments.Match("xmlattr", 0, "autospace")[0], true));
        TextBuilder result = new(rendering);
        for (int i = 0; i < dict.Count; i++)
        {
            if (dict.ValueAt(i) is null or Undefined) continue;
            Text key = Printer.Str(rendering, dict.KeyAt(i));
            if (key.Value.AsSpan().ContainsAny(" \t\n\r\f\v/>="))
                throw new TemplateException("template-value", "xmlattr: a name has a character that names cannot have.");
            if (result.Length > 0 || space) result.Append(' ');
            result.Append(Html.Escaped(rendering, key));
            result.Append("=\"");
            result.Append(Html.Escaped(rendering, Printer.Str(rendering, dict.ValueAt(i))));
            result.Append('"');
        }
        return result.ToText();
    }

    public static object? PrettyPrint(Rendering rendering, object? value, Arguments arguments)
    {
        TextBuilder shown = new(rendering);
        Printer.Repr(rendering, shown, value);
        return shown.ToText();
    }

    private static string Quoted(Rendering rendering, object? value, bool query)
    {
        string text = Printer.Str(rendering, value).Value;
        rendering.Take(8L * text.Length);
        StringBuilder quoted = new();
        foreach (byte one in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' || (one == '/' && !query))
                quoted.Append((char)one);
            else if (one == ' ' && query) quoted.Append('+');
            else quoted.Append('%').Append(one.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return quoted.ToString();
    }
}
