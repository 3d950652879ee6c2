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

    // Python's textwrap: lines of whole chunks, without the white space where a line is broken
    private static void WrapLine(Rendering rendering, Text line, int width, bool breakLong, Text between, bool hyphens, TextBuilder result)
    {
        LinkedList<(int From, int To)> chunks = new(Chunks(line.Value, hyphens));
        bool any = false;
        while (chunks.First is { } first)
        {
            rendering.Step();
            if (any && IsBlank(line, first.Value)) chunks.RemoveFirst();
            List<(int From, int To)> row = Row(rendering, chunks, width, breakLong);
            if (row.Count > 0 && IsBlank(line, row[^1])) row.RemoveAt(row.Count - 1);
            if (row.Count == 0) continue;
            if (any) result.Append(between);
            any = true;
            result.Append(line, row[0].From, row[^1].To);
        }
    }

    private static List<(int From, int To)> Row(Rendering rendering, LinkedList<(int From, int To)> chunks, int width, bool breakLong)
    {
        List<(int From, int To)> row = [];
        int used = 0;
        while (chunks.First is { Value: var (from, to) } && used + to - from <= width)
        {
            rendering.Step();
            row.Add((from, to));
            used += to - from;
            chunks.RemoveFirst();
        }
        if (chunks.First is not { Value: var (longFrom, longTo) } || longTo - longFrom <= width) return row;
        if (breakLong)
        {
            int room = Math.Max(width - used, 1);
            row.Add((longFrom, longFrom + room));
            chunks.First!.Value = (longFrom + room, longTo);
        }
        else if (row.Count == 0)
        {
            row.Add((longFrom, longTo));
            chunks.RemoveFirst();
        }
        return row;
    }

    private static bool IsBlank(Text line, (int From, int To) chunk)
    {
        for (int at = chunk.From; at < chunk.To; at++)
            if (!Characters.IsSpace(line.Value[at])) return false;
        return true;
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
