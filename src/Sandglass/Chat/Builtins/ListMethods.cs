namespace Sandglass.Chat;

/// <summary>The methods of a list. Those of Python that change one are refused: transformers renders in jinja2's immutable sandbox.</summary>
internal static class ListMethods
{
    /// <summary>Whether it is a method that the sandbox refuses.</summary>
    public static bool IsRefused(string name) => name is "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort";

    public static Func<Rendering, object?, Arguments, object?>? Find(string name) => name switch
    {
        "index" => static (rendering, self, arguments) => (long)IndexOf(rendering, ((ListValue)self!).Items, arguments.Match("index", 1, "value")[0]),
        "count" => static (rendering, self, arguments) => Count(rendering, ((ListValue)self!).Items, arguments.Match("count", 1, "value")[0]),
        "copy" => static (rendering, self, _) => Copy(rendering, (ListValue)self!),
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

    private static ListValue Copy(Rendering rendering, ListValue list)
    {
        rendering.Take(16L * list.Items.Count);
        return new ListValue([.. list.Items]);
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
