namespace Sandglass.Chat;

/// <summary>Cuts a text into parts.</summary>
internal static class Splitting
{
    /// <summary><c>split</c> and <c>rsplit</c>: by a separator, or by white space.</summary>
    public static object Split(Rendering rendering, Text text, Arguments arguments, bool fromRight)
    {
        object?[] given = arguments.Match("split", 0, "sep", "maxsplit");
        object? separator = ReferenceEquals(given[0], Arguments.Absent) ? null : given[0];
        long most = ReferenceEquals(given[1], Arguments.Absent) ? -1 : Kinds.Whole(given[1], "split");
        if (most < 0) most = long.MaxValue;
        List<object?> parts = [];
        if (separator is null) SplitBySpace(rendering, text, most, fromRight, parts);
        else
        {
            Text by = Kinds.String(separator, "split");
            if (by.Value.Length == 0) throw new TemplateException("template-value", "split: the separator is empty.");
            SplitBy(rendering, text, by.Value, most, fromRight, parts);
        }
        if (fromRight) parts.Reverse();
        return new ListValue(parts);
    }

    /// <summary>The lines, with or without what ends them.</summary>
    public static object Lines(Rendering rendering, Text text, bool keepEnds)
    {
        List<object?> lines = [];
        int from = 0;
        string value = text.Value;
        for (int at = 0; at < value.Length; at++)
        {
            if (value[at] is not ('\n' or '\r' or '\v' or '\f' or >= '\x1C' and <= '\x1E' or '\x85' or '\u2028' or '\u2029')) continue;
            int end = value[at] == '\r' && at + 1 < value.Length && value[at + 1] == '\n' ? at + 2 : at + 1;
            Add(rendering, lines, text, from, keepEnds ? end : at);
            from = end;
            at = end - 1;
        }
        if (from < value.Length) Add(rendering, lines, text, from, value.Length);
        return new ListValue(lines);
    }

    /// <summary>What is before a text, the text, and what is behind it.</summary>
    public static object Partition(Rendering rendering, Text text, Text by, bool last)
    {
        if (by.Value.Length == 0) throw new TemplateException("template-value", "partition: the separator is empty.");
        int length = text.Value.Length;
        int at = last ? Search.LastIndexOf(rendering, text.Value, by.Value, 0, length) : Search.IndexOf(rendering, text.Value, by.Value, 0, length);
        if (at < 0) return last ? new TupleValue(Text.Empty, Text.Empty, text) : new TupleValue(text, Text.Empty, Text.Empty);
        return new TupleValue(text.Slice(rendering, 0, at), by, text.Slice(rendering, at + by.Value.Length, length));
    }

    private static void SplitBy(Rendering rendering, Text text, string by, long most, bool fromRight, List<object?> parts)
    {
        int from = 0, to = text.Value.Length;
        for (; most > 0; most--)
        {
            int at = fromRight ? Search.LastIndexOf(rendering, text.Value, by, 0, to) : Search.IndexOf(rendering, text.Value, by, from, to);
            if (at < 0) break;
            if (fromRight)
            {
                Add(rendering, parts, text, at + by.Length, to);
                to = at;
            }
            else
            {
                Add(rendering, parts, text, from, at);
                from = at + by.Length;
            }
        }
        Add(rendering, parts, text, from, to);
    }

    private static void SplitBySpace(Rendering rendering, Text text, long most, bool fromRight, List<object?> parts)
    {
        string value = text.Value;
        int from = 0, to = value.Length;
        rendering.Step(1 + to / 16);
        while (true)
        {
            while (from < to && Characters.IsSpace(value[fromRight ? to - 1 : from])) _ = fromRight ? to-- : from++;
            if (from == to) return;
            if (most-- == 0)
            {
                Add(rendering, parts, text, from, to);
                return;
            }
            int at = fromRight ? to : from;
            if (fromRight)
            {
                while (at > from && !Characters.IsSpace(value[at - 1])) at--;
                Add(rendering, parts, text, at, to);
                to = at;
            }
            else
            {
                while (at < to && !Characters.IsSpace(value[at])) at++;
                Add(rendering, parts, text, from, at);
                from = at;
            }
        }
    }

    private static void Add(Rendering rendering, List<object?> parts, Text text, int from, int to)
    {
        rendering.Step();
        rendering.Take(64);
        parts.Add(text.Slice(rendering, from, to));
    }
}
