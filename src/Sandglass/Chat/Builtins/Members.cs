namespace Sandglass.Chat;

/// <summary>What <c>a.b</c> and <c>a[b]</c> give. Only what stands in this room's tables can be reached: no member of .NET, and nothing that begins with an
/// underscore.</summary>
internal static class Members
{
    /// <summary><c>a.b</c>.</summary>
    public static object? Attribute(Rendering rendering, object? value, Text name)
    {
        if (value is Undefined missing) throw missing.Failure();
        if (Own(rendering, value, name.Value, out object? found)) return found;
        if (value is DictValue dict && dict.TryGet(name, out found)) return found;
        return new Undefined($"'{Kinds.Name(value)}' has no attribute or entry '{name.Value}'");
    }

    /// <summary><c>a | attr('b')</c>: a method or property, no entry.</summary>
    public static object? OnlyAttribute(Rendering rendering, object? value, Text name)
    {
        if (value is Undefined missing) throw missing.Failure();
        return Own(rendering, value, name.Value, out object? found) ? found : new Undefined($"'{Kinds.Name(value)}' has no attribute '{name.Value}'");
    }

    /// <summary><c>a[b]</c>.</summary>
    public static object? Item(Rendering rendering, object? value, object? key)
    {
        switch (value)
        {
            case Undefined missing: throw missing.Failure();
            case DictValue dict when key is not (ListValue or DictValue):
                if (dict.TryGet(key, out object? entry)) return entry;
                break;
            case Text or ListValue or TupleValue or RangeValue when key is long or bool:
                long count = Kinds.Count(value), index = Kinds.Whole(key, "An index");
                if (index < 0) index += count;
                if (index >= 0 && index < count) return At(rendering, value, index);
                return new Undefined($"a {Kinds.Name(value)} of {count} has no item {Kinds.Whole(key, "An index")}");
        }
        if (key is Text name && Own(rendering, value, name.Value, out object? own)) return own;
        return new Undefined($"'{Kinds.Name(value)}' has no entry {Shown(rendering, key)}");
    }

    /// <summary>A method or property.</summary>
    private static bool Own(Rendering rendering, object? value, string name, out object? found)
    {
        found = null;
        Func<Rendering, object?, Arguments, object?>? method = value switch
        {
            Text => StringMethods.Find(name),
            ListValue => ListMethods.Find(name),
            DictValue => DictMethods.Find(name),
            TupleValue => TupleMethods.Find(name),
            _ => null,
        };
        if (method is not null)
        {
            found = new BoundMethod(value, method);
            return true;
        }
        if ((value is ListValue && ListMethods.IsRefused(name)) || (value is DictValue && DictMethods.IsRefused(name)))
            return Give(new Undefined($"'{name}' would change a {Kinds.Name(value)}, and a template may change none, as in transformers"), out found);
        return value switch
        {
            NamespaceValue space => space.Values.TryGet(name, out found),
            LoopValue loop => LoopMembers.TryGet(rendering, loop, name, out found),
            MacroValue macro => MacroMember(macro, name, out found),
            CyclerValue cycler => CyclerMember(cycler, name, out found),
            TupleValue { IsGroup: true } group when name is "grouper" or "list" => Give(group.Items[name == "grouper" ? 0 : 1], out found),
            double number when name == "is_integer" => Give(new Function((_, _) => number == Math.Floor(number)), out found),
            RangeValue range when name is "start" or "stop" or "step" =>
                Give(name switch { "start" => range.From, "stop" => range.To, _ => range.Step }, out found),
            _ => false,
        };
    }

    private static object? At(Rendering rendering, object value, long index)
    {
        switch (value)
        {
            case ListValue list: return list.Items[(int)index];
            case TupleValue tuple: return tuple.Items[index];
            case RangeValue range: return range[index];
            default:
                Text text = (Text)value;
                if (text.HasPairs) rendering.Step(index / 16);
                int unit = text.UnitOf((int)index);
                return text.Slice(rendering, unit, unit + text.WidthAt(unit));
        }
    }

    private static bool MacroMember(MacroValue macro, string name, out object? found)
    {
        found = name switch
        {
            "name" => new Text(macro.Name, trusted: true),
            "arguments" => new TupleValue([.. macro.Signature.Parameters.Select(parameter => new Text(parameter, trusted: true))]),
            "catch_kwargs" => macro.Signature.UsesKwargs,
            "catch_varargs" => macro.Signature.UsesVarargs,
            "caller" => macro.Signature.UsesCaller,
            _ => null,
        };
        return found is not null;
    }

    private static bool CyclerMember(CyclerValue cycler, string name, out object? found)
    {
        found = null;
        return name switch
        {
            "current" => Give(cycler.Current, out found),
            "next" => Give(new Function((_, _) => cycler.Next()), out found),
            "reset" => Give(new Function((_, _) => Nothing(cycler.Reset)), out found),
            _ => false,
        };
    }

    private static bool Give(object? value, out object? found)
    {
        found = value;
        return true;
    }

    private static object? Nothing(Action action)
    {
        action();
        return null;
    }

    private static string Shown(Rendering rendering, object? key)
    {
        if (key is Text { Value.Length: > 60 } or ListValue or DictValue or TupleValue) return $"for this {Kinds.Name(key)}";
        TextBuilder builder = new(rendering);
        Printer.Repr(rendering, builder, key);
        return builder.ToText().Value;
    }
}
