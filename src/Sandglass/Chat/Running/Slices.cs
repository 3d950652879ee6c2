namespace Sandglass.Chat;

/// <summary>Parts of a text, a list or a tuple, from one place to another by a step.</summary>
internal static class Slices
{
    public static object? Of(Rendering rendering, object? value, object? from, object? to, object? step)
    {
        if (value is Undefined missing) throw missing.Failure();
        if (value is not (Text or ListValue or TupleValue or RangeValue))
            return new Undefined($"a {Kinds.Name(value)} has no slices");
        long by = step is null ? 1 : Kinds.Whole(step, "The step of a slice");
        if (by == 0) throw new TemplateException("template-value", "The step of a slice cannot be 0.");

        long count = Kinds.Count(value);
        long first = by > 0 ? Bound(from, 0, count, 0, count) : Bound(from, count - 1, count, -1, count - 1);
        long last = by > 0 ? Bound(to, count, count, 0, count) : Bound(to, -1, count, -1, count - 1);
        RangeValue places = new(first, last, by);
        rendering.Step(1 + places.Count / 16);
        if (value is RangeValue range) return new RangeValue(range[first], range[last], range.Step * by);
        if (value is Text text) return OfText(rendering, text, places);

        rendering.Take(16 * places.Count);
        IReadOnlyList<object?> items = value is ListValue list ? list.Items : ((TupleValue)value).Items;
        List<object?> part = new((int)places.Count);
        for (long i = 0; i < places.Count; i++) part.Add(items[(int)places[i]]);
        return value is ListValue ? new ListValue(part) : new TupleValue([.. part]);
    }

    private static Text OfText(Rendering rendering, Text text, RangeValue places)
    {
        if (places.Count == 0) return Text.Empty;
        if (places.Step == 1) return text.Slice(rendering, text.UnitOf((int)places.From), text.UnitOf((int)(places.From + places.Count)));

        int[]? units = text.HasPairs ? Units(rendering, text) : null;
        TextBuilder part = new(rendering);
        for (long i = 0; i < places.Count; i++)
        {
            rendering.Step();
            int unit = units is null ? (int)places[i] : units[places[i]];
            part.Append(text, unit, unit + text.WidthAt(unit));
        }
        return part.ToText(text.IsSafe);
    }

    private static int[] Units(Rendering rendering, Text text)
    {
        rendering.Take(4L * text.Length);
        int[] units = new int[text.Length];
        for (int i = 0, unit = 0; i < units.Length; unit += text.WidthAt(unit), i++) units[i] = unit;
        return units;
    }

    private static long Bound(object? given, long otherwise, long count, long least, long most)
    {
        if (given is null) return otherwise;
        long place = Kinds.Whole(given, "A border of a slice");
        return Math.Clamp(place < 0 ? Math.Max(place, -count - 1) + count : place, least, most);
    }
}
