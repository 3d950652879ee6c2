namespace Sandglass.Chat;

/// <summary>Finds an attribute by a path, as filters with an <c>attribute</c> do: <c>'function.name'</c>, <c>'items.0'</c>.</summary>
internal static class Lookups
{
    public static object? Path(Rendering rendering, object? item, object? attribute, object? otherwise = null)
    {
        if (attribute is not Text path) return Members.Item(rendering, item, attribute);
        foreach (string part in path.Value.Split('.'))
        {
            rendering.Step();
            bool isNumber = part.Length is > 0 and < 10 && !part.AsSpan().ContainsAnyExceptInRange('0', '9');
            item = Members.Item(rendering, item, isNumber ? long.Parse(part, System.Globalization.CultureInfo.InvariantCulture)
                : new Text(part, trusted: true));
            if (item is Undefined && otherwise is not null) item = otherwise;
        }
        return item;
    }

    /// <summary>Several paths with commas between them.</summary>
    public static object? Paths(Rendering rendering, object? item, object? attribute, bool ignoreCase)
    {
        if (attribute is Text text && text.Value.Contains(','))
        {
            string[] paths = text.Value.Split(',');
            return new ListValue([.. paths.Select(path => Folded(rendering, Path(rendering, item, new Text(path, trusted: true)), ignoreCase))]);
        }
        return Folded(rendering, attribute is null ? item : Path(rendering, item, attribute), ignoreCase);
    }

    public static object? Folded(Rendering rendering, object? value, bool ignoreCase) => ignoreCase && value is Text text ? Casing.Lower(rendering, text)
        : value;
}
