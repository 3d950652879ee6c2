namespace Sandglass.Chat;

/// <summary>Breaks lines at a width, as the filter <c>wordwrap</c> does.</summary>
internal static class Wrapping
{
    public static Text Wrap(Rendering rendering, Text text, int width, bool breakLong, Text between, bool hyphens)
    {
        TextBuilder result = new(rendering);
        bool first = true;
        foreach (object? line in ((ListValue)Splitting.Lines(rendering, text, keepEnds: false)).Items)
        {
            if (!first) result.Append(between);
            first = false;
            WrapLine(rendering, (Text)line!, width, breakLong, between, hyphens, result);
        }
        return result.ToText();
    }

    // Python's textwrap with replace_whitespace=False, drop_whitespace=False, expand_tabs=False
    private static void WrapLine(Rendering rendering, Text line, int width, bool breakLong, Text between, bool hyphens, TextBuilder result)
    {
        int column = 0;
        bool any = false;
        foreach ((int from, int to) in Chunks(line.Value, hyphens))
        {
            rendering.Step();
            int at = from;
            if (any && column > 0 && column + to - at > width && (to - at <= width || !breakLong))
            {
                result.Append(between);
                column = 0;
            }
            while (breakLong && to - at > width - column)
            {
                rendering.Step();
                int room = Math.Max(width - column, 1);
                result.Append(line, at, at + room);
                at += room;
                if (at < to) result.Append(between);
                column = at < to ? 0 : width;
                if (at == to) break;
            }
            if (at < to) result.Append(line, at, to);
            column += to - at;
            any = true;
        }
    }

    private static IEnumerable<(int From, int To)> Chunks(string line, bool hyphens)
    {
        int from = 0;
        while (from < line.Length)
        {
            int to = from + 1;
            if (Characters.IsSpace(line[from]))
            {
                while (to < line.Length && Characters.IsSpace(line[to])) to++;
            }
            else
            {
                while (to < line.Length && !Characters.IsSpace(line[to]))
                {
                    bool afterHyphen = hyphens && line[to - 1] == '-' && to - 2 >= from && char.IsLetter(line[to - 2]) && char.IsLetter(line[to]);
                    if (afterHyphen) break;
                    to++;
                }
            }
            yield return (from, to);
            from = to;
        }
    }
}
