namespace Sandglass.Chat;

/// <summary>Filters over lists and other things with parts.</summary>
internal static class SequenceFilters
{
    public static object? First(Rendering rendering, object? value, Arguments arguments)
    {
        foreach (object? item in Iteration.Of(rendering, value)) return item;
        return new Undefined("there is no first item, the sequence was empty");
    }

    public static object? Last(Rendering rendering, object? value, Arguments arguments)
    {
        List<object?> items = Reversible(rendering, value);
        return items.Count > 0 ? items[^1] : new Undefined("there is no last item, the sequence was empty");
    }

    public static object? Reverse(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is Text text) return Slices.Of(rendering, text, null, null, -1L);
        List<object?> items = value is GeneratorValue ? Iteration.ToList(rendering, value) : Reversible(rendering, value);
        items.Reverse();
        return new GeneratorValue(items);
    }

    public static object? Items(Rendering rendering, object? value, Arguments arguments) => value switch
    {
        Undefined => new GeneratorValue([]),
        DictValue dict => new GeneratorValue(Iteration.Of(rendering, new DictView(dict, DictPart.Items))),
        _ => throw new TemplateException("template-value", $"items: expected a dict, found a {Kinds.Name(value)}."),
    };

    public static object? Join(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("join", 0, "d", "attribute");
        Text between = Printer.Str(rendering, Filters.Given(given[0], Text.Empty));
        object? attribute = Filters.Given(given[1], null);
        TextBuilder joined = new(rendering);
        bool first = true;
        foreach (object? item in Iteration.Of(rendering, value))
        {
            if (!first) joined.Append(between);
            first = false;
            joined.Append(Printer.Str(rendering, attribute is null ? item : Lookups.Path(rendering, item, attribute)));
        }
        return joined.ToText();
    }

    public static object? Sum(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("sum", 0, "attribute", "start");
        object? attribute = Filters.Given(given[0], null), sum = Filters.Given(given[1], 0L);
        foreach (object? item in Iteration.Of(rendering, value))
            sum = Operations.Compute(rendering, "+", sum, attribute is null ? item : Lookups.Path(rendering, item, attribute));
        return sum;
    }

    /// <summary>Lists of a number of items each.</summary>
    public static object? Batch(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("batch", 1, "linecount", "fill_with");
        long size = Kinds.Whole(given[0], "batch");
        object? fill = Filters.Given(given[1], null);
        List<object?> batches = [], batch = [];
        foreach (object? item in Iteration.Of(rendering, value))
        {
            if (batch.Count == size)
            {
                batches.Add(new ListValue(batch));
                batch = [];
            }
            rendering.Take(64);
            batch.Add(item);
        }
        if (batch.Count > 0)
        {
            while (fill is not null && batch.Count < size)
            {
                rendering.Step();
                rendering.Take(16);
                batch.Add(fill);
            }
            batches.Add(new ListValue(batch));
        }
        return new GeneratorValue(batches);
    }

    /// <summary>A number of lists.</summary>
    public static object? Slice(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("slice", 1, "slices", "fill_with");
        List<object?> items = Iteration.ToList(rendering, value);
        long slices = Kinds.Whole(given[0], "slice");
        object? fill = Filters.Given(given[1], null);
        if (slices <= 0) throw new TemplateException("template-value", "slice: expected at least one slice.");
        List<object?> lists = [];
        long each = items.Count / slices, more = items.Count % slices, at = 0;
        for (long slice = 0; slice < slices; slice++)
        {
            rendering.Step();
            rendering.Take(144);
            long to = at + each + (slice < more ? 1 : 0);
            List<object?> part = items.GetRange((int)at, (int)(to - at));
            if (fill is not null && slice >= more) part.Add(fill);
            lists.Add(new ListValue(part));
            at = to;
        }
        return new GeneratorValue(lists);
    }

    private static List<object?> Reversible(Rendering rendering, object? value) => value is GeneratorValue
        ? throw new TemplateException("template-value", "What a filter gives one by one has no end to begin at: put |list before.")
        : Iteration.ToList(rendering, value);
}
