namespace Sandglass.Chat;

/// <summary>The operators, over whatever values Python defines them for.</summary>
internal static class Operations
{
    public static object? Compute(Rendering rendering, string op, object? a, object? b)
    {
        if (Kinds.IsNumber(a) && Kinds.IsNumber(b)) return Numbers.Compute(op, a, b);
        if (a is Undefined missing) throw missing.Failure();
        if (op == "%" && a is Text format) return PercentFormat.Of(rendering, format, b);
        if (b is Undefined alsoMissing) throw alsoMissing.Failure();
        switch (op, a, b)
        {
            case ("+", Text x, Text y): return Joined(rendering, x, y);
            case ("+", ListValue x, ListValue y):
                rendering.Take(16L * (x.Items.Count + y.Items.Count));
                return new ListValue([.. x.Items, .. y.Items]);
            case ("+", TupleValue x, TupleValue y):
                rendering.Take(16L * (x.Items.Length + y.Items.Length));
                return new TupleValue([.. x.Items, .. y.Items]);
            case ("*", Text or ListValue or TupleValue, long or bool): return Repeated(rendering, a, Kinds.Whole(b, "*"));
            case ("*", long or bool, Text or ListValue or TupleValue): return Repeated(rendering, b, Kinds.Whole(a, "*"));
            default: throw new TemplateException("template-value", $"'{op}' is not defined between a {Kinds.Name(a)} and a {Kinds.Name(b)}.");
        }
    }

    public static bool Holds(Rendering rendering, string op, object? a, object? b) => op switch
    {
        "==" => Equality.AreEqual(rendering, a, b),
        "!=" => !Equality.AreEqual(rendering, a, b),
        "in" => Contains(rendering, b, a),
        "not in" => !Contains(rendering, b, a),
        _ => InOrder(rendering, op, a, b),
    };

    /// <summary>Whether a value is in another: a part of a text, an item of a list, a key of a dict.</summary>
    public static bool Contains(Rendering rendering, object? container, object? value)
    {
        switch (container)
        {
            case Text text:
                if (value is not Text part) throw new TemplateException("template-value", $"in: only a str can be in a str, found a {Kinds.Name(value)}.");
                return Search.IndexOf(rendering, text.Value, part.Value, 0, text.Value.Length) >= 0;
            case DictValue dict: return dict.TryGet(value, out _);
            case NamespaceValue or null: break;
            default:
                if (!Iteration.Can(container)) break;
                foreach (object? item in Iteration.Of(rendering, container))
                    if (Equality.AreEqual(rendering, item, value)) return true;
                return false;
        }
        throw new TemplateException("template-value", $"in: nothing is in a {Kinds.Name(container)}.");
    }

    public static TemplateException NotDefined(string op, object? value) =>
        value is Undefined missing ? missing.Failure() : new TemplateException("template-value", $"'{op}' is not defined for a {Kinds.Name(value)}.");

    private static bool InOrder(Rendering rendering, string op, object? a, object? b)
    {
        if (Kinds.IsNumber(a) && Kinds.IsNumber(b) && Numbers.Compare(a, b) is null) return false;     // NaN
        int order = Sorting.Compare(rendering, a, b, op);
        return op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    private static Text Joined(Rendering rendering, Text a, Text b)
    {
        if (a.IsSafe || b.IsSafe) (a, b) = (Html.Escaped(rendering, a), Html.Escaped(rendering, b));
        return Text.Join(rendering, a, b);
    }

    private static object Repeated(Rendering rendering, object? value, long count)
    {
        count = Math.Max(count, 0);
        if (value is Text text)
        {
            // asked for at once, so that what is far too much fails before it is made
            rendering.Take(count > int.MaxValue ? long.MaxValue / 2 : 2 * count * text.Value.Length);
            TextBuilder builder = new(rendering);
            builder.Repeat(text, count);
            return builder.ToText(text.IsSafe);
        }
        IReadOnlyList<object?> items = value is ListValue list ? list.Items : ((TupleValue)value!).Items;
        rendering.Take(count > int.MaxValue ? long.MaxValue / 2 : 16 * count * items.Count);
        List<object?> repeated = new((int)count * items.Count);
        for (long i = 0; i < count && items.Count > 0; i++)
        {
            rendering.Step();
            repeated.AddRange(items);
        }
        return value is ListValue ? new ListValue(repeated) : new TupleValue([.. repeated]);
    }
}
