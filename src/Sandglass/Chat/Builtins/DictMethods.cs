namespace Sandglass.Chat;

/// <summary>The methods of a dict. Those of Python that change one are refused: see <see cref="ListMethods"/>.</summary>
internal static class DictMethods
{
    /// <summary>Whether it is a method that the sandbox refuses.</summary>
    public static bool IsRefused(string name) => name is "clear" or "pop" or "popitem" or "setdefault" or "update";

    public static Func<Rendering, object?, Arguments, object?>? Find(string name) => name switch
    {
        "get" => static (_, self, arguments) => Get((DictValue)self!, arguments),
        "items" => static (_, self, arguments) => View(self, arguments, DictPart.Items),
        "keys" => static (_, self, arguments) => View(self, arguments, DictPart.Keys),
        "values" => static (_, self, arguments) => View(self, arguments, DictPart.Values),
        "copy" => static (_, self, _) => ((DictValue)self!).Copy(),
        _ => null,
    };

    /// <summary>Adds the entries of a dict, or of pairs, and those given by name.</summary>
    public static void Update(Rendering rendering, DictValue dict, Arguments arguments)
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
}
