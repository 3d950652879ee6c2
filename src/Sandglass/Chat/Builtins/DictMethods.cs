namespace Sandglass.Chat;

/// <summary>The methods of a dict.</summary>
internal static class DictMethods
{
    public static Func<Rendering, object?, Arguments, object?>? Find(string name) => name switch
    {
        "get" => static (_, self, arguments) => Get((DictValue)self!, arguments),
        "items" => static (_, self, arguments) => View(self, arguments, DictPart.Items),
        "keys" => static (_, self, arguments) => View(self, arguments, DictPart.Keys),
        "values" => static (_, self, arguments) => View(self, arguments, DictPart.Values),
        "copy" => static (_, self, _) => ((DictValue)self!).Copy(),
        "clear" => static (_, self, _) => Clear((DictValue)self!),
        "pop" => static (_, self, arguments) => Pop((DictValue)self!, arguments),
        "popitem" => static (_, self, _) => PopItem((DictValue)self!),
        "setdefault" => static (_, self, arguments) => SetDefault((DictValue)self!, arguments),
        "update" => static (rendering, self, arguments) => Update(rendering, (DictValue)self!, arguments),
        _ => null,
    };

    /// <summary>Adds the entries of a dict, or of pairs, and those given by name.</summary>
    public static object? Update(Rendering rendering, DictValue dict, Arguments arguments)
    {
        if (arguments.Positional.Length > 1) throw new TemplateException("template-value", "Expected one dict, found several.");
        if (arguments.Positional is [DictValue other])
        {
            for (int i = 0; i < other.Count; i++) dict.Set(other.KeyAt(i), other.ValueAt(i));
        }
        else if (arguments.Positional is [var pairs])
        {
            foreach (object? pair in Iteration.Of(rendering, pairs))
            {
                if (Iteration.ToList(rendering, pair) is not [var key, var value])
                    throw new TemplateException("template-value", "Expected pairs of a key and a value.");
                dict.Set(key, value);
            }
        }
        foreach ((string name, object? value) in arguments.Named) dict.Set(name, value);
        return null;
    }

    private static object? Get(DictValue dict, Arguments arguments)
    {
        object?[] given = arguments.Match("get", 1, "key", "default");
        return dict.TryGet(given[0], out object? value) ? value : ReferenceEquals(given[1], Arguments.Absent) ? null : given[1];
    }

    private static DictView View(object? self, Arguments arguments, DictPart part)
    {
        arguments.Match(part.ToString().ToLowerInvariant(), 0);
        return new DictView((DictValue)self!, part);
    }

    private static object? Clear(DictValue dict)
    {
        dict.Clear();
        return null;
    }

    private static object? Pop(DictValue dict, Arguments arguments)
    {
        object?[] given = arguments.Match("pop", 1, "key", "default");
        if (dict.TryGet(given[0], out object? value))
        {
            dict.Remove(given[0]);
            return value;
        }
        return ReferenceEquals(given[1], Arguments.Absent) ? throw new TemplateException("template-value", "pop: the dict has no such key.") : given[1];
    }

    private static TupleValue PopItem(DictValue dict)
    {
        if (dict.Count == 0) throw new TemplateException("template-value", "popitem: the dict is empty.");
        TupleValue last = new(dict.KeyAt(dict.Count - 1), dict.ValueAt(dict.Count - 1));
        dict.Remove(last.Items[0]);
        return last;
    }

    private static object? SetDefault(DictValue dict, Arguments arguments)
    {
        object?[] given = arguments.Match("setdefault", 1, "key", "default");
        if (dict.TryGet(given[0], out object? value)) return value;
        value = ReferenceEquals(given[1], Arguments.Absent) ? null : given[1];
        dict.Set(given[0], value);
        return value;
    }
}
