namespace Sandglass.Chat;

/// <summary>Filters that apply a filter or a test to each item, when it is asked for.</summary>
internal static class SelectFilters
{
    /// <summary><c>map('upper')</c>, <c>map(attribute='name')</c>.</summary>
    public static object? Map(Rendering rendering, object? value, Arguments arguments)
    {
        if (arguments.Positional.Length == 0)
        {
            object? attribute = null, otherwise = null;
            bool found = false;
            foreach ((string name, object? given) in arguments.Named)
            {
                if (name == "attribute") (attribute, found) = (given, true);
                else if (name == "default") otherwise = given;
                else throw new TemplateException("template-value", $"map: there is no parameter '{name}'.");
            }
            if (!found) throw new TemplateException("template-value", "map: expected the name of a filter, or attribute=…");
            return Lazily(rendering, value, items => items.Select(item => Lookups.Path(rendering, item, attribute, otherwise)));
        }
        string filterName = Kinds.String(arguments.Positional[0], "map").Value;
        Filter filter = Filters.Find(filterName) ?? throw Filters.Unknown(filterName);
        Arguments rest = arguments.After(1);
        return Lazily(rendering, value, items => items.Select(item => filter(rendering, item, rest)));
    }

    /// <summary><c>select('string')</c>; without a test what counts as true.</summary>
    public static object? Select(Rendering rendering, object? value, Arguments arguments, bool keeps)
    {
        Func<object?, bool> test = TestOf(rendering, arguments);
        return Lazily(rendering, value, items => items.Where(item => test(item) == keeps));
    }

    /// <summary><c>selectattr('role', 'equalto', 'user')</c>.</summary>
    public static object? SelectAttribute(Rendering rendering, object? value, Arguments arguments, bool keeps)
    {
        if (arguments.Positional.Length == 0) throw new TemplateException("template-value", "selectattr: the name of an attribute is missing.");
        object? attribute = arguments.Positional[0];
        Func<object?, bool> test = TestOf(rendering, arguments.After(1));
        return Lazily(rendering, value, items => items.Where(item => test(Lookups.Path(rendering, item, attribute)) == keeps));
    }

    private static Func<object?, bool> TestOf(Rendering rendering, Arguments arguments)
    {
        if (arguments.Positional.Length == 0) return Kinds.IsTrue;
        string name = Kinds.String(arguments.Positional[0], "A test").Value;
        Test test = Tests.Find(name) ?? throw Tests.Unknown(name);
        Arguments rest = arguments.After(1);
        return item => Kinds.IsTrue(test(rendering, item, rest));
    }

    private static GeneratorValue Lazily(Rendering rendering, object? value, Func<IEnumerable<object?>, IEnumerable<object?>> over) =>
        new(Kinds.IsTrue(value) ? over(Iteration.Of(rendering, value)) : [], value);
}
