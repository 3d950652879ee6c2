namespace Sandglass.Chat;

/// <summary>Finds a text in a text in time that grows with their lengths and not with the product of them.</summary>
internal static class Search
{
    private const int Short = 32;

    /// <summary>The first place from which the part lies wholly before the end, or -1.</summary>
    public static int IndexOf(Rendering rendering, string text, string part, int from, int to)
    {
        if (part.Length == 0) return from;
        if (part.Length > to - from) return -1;
        int found = part.Length > Short ? OfLong(rendering, text, part, from, to) : text.AsSpan(from, to - from).IndexOf(part, StringComparison.Ordinal);
        if (part.Length <= Short && found >= 0) found += from;
        rendering.Step(1 + ((found < 0 ? to : found) - from) / 16);
        return found;
    }

    /// <summary>The last such place, or -1.</summary>
    public static int LastIndexOf(Rendering rendering, string text, string part, int from, int to)
    {
        if (part.Length == 0) return to;
        if (part.Length > to - from) return -1;
        int last = -1;
        if (part.Length <= Short)
        {
            last = text.AsSpan(from, to - from).LastIndexOf(part, StringComparison.Ordinal);
            if (last >= 0) last += from;
            rendering.Step(1 + (to - Math.Max(last, from)) / 16);
            return last;
        }
        for (int at = from; (at = IndexOf(rendering, text, part, at, to)) >= 0; at++) last = at;
        return last;
    }

    // Knuth, Morris and Pratt, 1977: borders[i] is the length of the longest proper prefix of part[..i] that is also its suffix
    private static int OfLong(Rendering rendering, string text, string part, int from, int to)
    {
        rendering.Take(4L * part.Length);
        rendering.Step(part.Length / 8);
        int[] borders = new int[part.Length + 1];
        borders[0] = -1;
        for (int i = 0, border = -1; i < part.Length;)
        {
            while (border >= 0 && part[i] != part[border]) border = borders[border];
            borders[++i] = ++border;
        }
        for (int at = from, matched = 0; at < to; at++)
        {
            while (matched >= 0 && text[at] != part[matched]) matched = borders[matched];
            if (++matched == part.Length) return at + 1 - matched;
        }
        return -1;
    }
}
