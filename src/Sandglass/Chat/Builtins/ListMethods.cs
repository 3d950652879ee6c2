namespace Sandglass.Chat;

/// <summary>The methods of a list.</summary>
internal static class ListMethods
{
    public static Func<Rendering, object?, Arguments, object?>? Find(string name) => name switch
    {
        "append" => static (rendering, self, arguments) => Append(rendering, (ListValue)self!, arguments),
        "extend" => static (rendering, self, arguments) => Extend(rendering, (ListValue)self!, arguments),
        "insert" => static (rendering, self, arguments) => Insert(rendering, (ListValue)self!, arguments),
        "pop" => static (rendering, self, arguments) => Pop(rendering, (ListValue)self!, arguments),
        "remove" => static (rendering, self, arguments) => Remove(rendering, (ListValue)self!, arguments),
        "index" => static (rendering, self, arguments) => (long)IndexOf(rendering, ((ListValue)self!).Items, arguments.Match("index", 1, "value")[0]),
        "count" => static (rendering, self, arguments) => Count(rendering, ((ListValue)self!).Items, arguments.Match("count", 1, "value")[0]),
        "copy" => static (rendering, self, _) => Copy(rendering, (ListValue)self!),
        "clear" => static (_, self, _) => Nothing(((ListValue)self!).Items.Clear),
        "reverse" => static (rendering, self, _) => Reverse(rendering, (ListValue)self!),
        "sort" => static (rendering, self, arguments) => Sort(rendering, (ListValue)self!, arguments),
        _ => null,
    };

    public static int IndexOf(Rendering rendering, IReadOnlyList<object?> items, object? value)
    {
        for (int i = 0; i < items.Count; i++)
            if (Equality.AreEqual(rendering, items[i], value)) return i;
        throw new TemplateException("template-value", "The value is not in the list.");
    }

    public static long Count(Rendering rendering, IReadOnlyList<object?> items, object? value)
    {
        long count = 0;
        foreach (object? item in items)
            if (Equality.AreEqual(rendering, item, value)) count++;
        return count;
    }

    private static object? Append(Rendering rendering, ListValue list, Arguments arguments)
    {
        rendering.Take(16);
        list.Items.Add(arguments.Match("append", 1, "object")[0]);
        return null;
    }

    private static object? Extend(Rendering rendering, ListValue list, Arguments arguments)
    {
        list.Items.AddRange(Iteration.ToList(rendering, arguments.Match("extend", 1, "iterable")[0]));
        return null;
    }

    private static object? Insert(Rendering rendering, ListValue list, Arguments arguments)
    {
        object?[] given = arguments.Match("insert", 2, "index", "object");
        rendering.Take(16);
        rendering.Step(list.Items.Count / 16);
        long at = Kinds.Whole(given[0], "insert");
        list.Items.Insert((int)Math.Clamp(at < 0 ? Math.Max(at, -list.Items.Count) + list.Items.Count : at, 0, list.Items.Count), given[1]);
        return null;
    }

    private static object? Pop(Rendering rendering, ListValue list, Arguments arguments)
    {
        object? given = arguments.Match("pop", 0, "index")[0];
        long at = ReferenceEquals(given, Arguments.Absent) ? -1 : Kinds.Whole(given, "pop");
        if (at < 0) at += list.Items.Count;
        if (at < 0 || at >= list.Items.Count) throw new TemplateException("template-value", $"pop: a list of {list.Items.Count} has no such item.");
        rendering.Step((list.Items.Count - at) / 16);
        object? item = list.Items[(int)at];
        list.Items.RemoveAt((int)at);
        return item;
    }

    private static object? Remove(Rendering rendering, ListValue list, Arguments arguments)
    {
        list.Items.RemoveAt(IndexOf(rendering, list.Items, arguments.Match("remove", 1, "value")[0]));
        return null;
    }

    private static ListValue Copy(Rendering rendering, ListValue list)
    {
        rendering.Take(16L * list.Items.Count);
        return new ListValue([.. list.Items]);
    }

    private static object? Reverse(Rendering rendering, ListValue list)
    {
        rendering.Step(list.Items.Count / 16);
        list.Items.Reverse();
        return null;
    }

    private static object? Sort(Rendering rendering, ListValue list, Arguments arguments)
    {
        object?[] given = arguments.Match("sort", 0, "reverse");
        List<object?> items = list.Items;
        object?[] sorted = [.. Sorting.Order(rendering, items.Count, i => items[i], given[0] is bool and true).Select(i => items[i])];
        items.Clear();
        items.AddRange(sorted);
        return null;
    }

    private static object? Nothing(Action action)
    {
        action();
        return null;
    }
}

/// <summary>The methods of a tuple.</summary>
internal static class TupleMethods
{
    public static Func<Rendering, object?, Arguments, object?>? Find(string name) => name switch
    {
        "index" => static (rendering, self, arguments) =>
            (long)ListMethods.IndexOf(rendering, ((TupleValue)self!).Items, arguments.Match("index", 1, "value")[0]),
        "count" => static (rendering, self, arguments) => ListMethods.Count(rendering, ((TupleValue)self!).Items, arguments.Match("count", 1, "value")[0]),
        _ => null,
    };
}
