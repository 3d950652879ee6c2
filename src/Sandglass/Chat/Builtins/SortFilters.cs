namespace Sandglass.Chat;

/// <summary>Filters that order or compare.</summary>
internal static class SortFilters
{
    public static object? Sort(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("sort", 0, "reverse", "case_sensitive", "attribute");
        bool ignoreCase = !Kinds.IsTrue(Filters.Given(given[1], false));
        object? attribute = Filters.Given(given[2], null);
        List<object?> items = Iteration.ToList(rendering, value);
        IReadOnlyList<int> order = Sorting.Order(
            rendering, items.Count, i => Lookups.Paths(rendering, items[i], attribute, ignoreCase), Kinds.IsTrue(Filters.Given(given[0], false)));
        return new ListValue([.. order.Select(i => items[i])]);
    }

    public static object? DictSort(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("dictsort", 0, "case_sensitive", "by", "reverse");
        if (value is not DictValue dict)
            throw value is Undefined missing ? missing.Failure()
                : new TemplateException("template-value", $"dictsort: expected a dict, found a {Kinds.Name(value)}.");
        bool ignoreCase = !Kinds.IsTrue(Filters.Given(given[0], false));
        string by = Kinds.String(Filters.Given(given[1], new Text("key", trusted: true)), "dictsort").Value;
        if (by is not ("key" or "value")) throw new TemplateException("template-value", "dictsort: expected 'key' or 'value' to sort by.");
        IReadOnlyList<int> order = Sorting.Order(
            rendering, dict.Count, i => Lookups.Folded(rendering, by == "key" ? dict.KeyAt(i) : dict.ValueAt(i), ignoreCase),
            Kinds.IsTrue(Filters.Given(given[2], false)));
        return new ListValue([.. order.Select(i => new TupleValue(dict.KeyAt(i), dict.ValueAt(i)))]);
    }

    public static object? Unique(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("unique", 0, "case_sensitive", "attribute");
        bool ignoreCase = !Kinds.IsTrue(Filters.Given(given[0], false));
        object? attribute = Filters.Given(given[1], null);
        return new GeneratorValue(Distinct(), value);

        IEnumerable<object?> Distinct()
        {
            DictValue seen = new(rendering);
            foreach (object? item in Iteration.Of(rendering, value))
            {
                object? key = Lookups.Folded(rendering, attribute is null ? item : Lookups.Path(rendering, item, attribute), ignoreCase);
                if (seen.TryGet(key, out _)) continue;
                seen.Set(key, null);
                yield return item;
            }
        }
    }

    /// <summary>The first of the smallest or largest.</summary>
    public static object? Extreme(Rendering rendering, string name, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match(name, 0, "case_sensitive", "attribute");
        bool ignoreCase = !Kinds.IsTrue(Filters.Given(given[0], false)), any = false;
        object? attribute = Filters.Given(given[1], null), best = null, bestKey = null;
        foreach (object? item in Iteration.Of(rendering, value))
        {
            object? key = Lookups.Folded(rendering, attribute is null ? item : Lookups.Path(rendering, item, attribute), ignoreCase);
            if (any && Operations.Holds(rendering, name == "min" ? "<" : ">", key, bestKey) is false) continue;
            (any, best, bestKey) = (true, item, key);
        }
        return any ? best : new Undefined($"there is no {name}, the sequence was empty");
    }

    public static object? GroupBy(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("groupby", 1, "attribute", "default", "case_sensitive");
        bool ignoreCase = !Kinds.IsTrue(Filters.Given(given[2], false));
        object? otherwise = Filters.Given(given[1], null);
        List<object?> items = Iteration.ToList(rendering, value);
        object? Key(int i) => Lookups.Folded(rendering, Lookups.Path(rendering, items[i], given[0], otherwise), ignoreCase);
        List<object?> groups = [];
        List<object?>? group = null;
        object? last = null;
        foreach (int i in Sorting.Order(rendering, items.Count, Key))
        {
            object? key = Key(i);
            if (group is null || !Equality.AreEqual(rendering, key, last))
            {
                group = [];
                rendering.Take(96);
                // the key as the first item of the group spells it
                groups.Add(new TupleValue(Lookups.Path(rendering, items[i], given[0], otherwise), new ListValue(group)) { IsGroup = true });
            }
            last = key;
            group.Add(items[i]);
        }
        return new ListValue(groups);
    }
}
