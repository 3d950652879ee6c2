namespace Sandglass.Chat;

/// <summary><c>a.b</c>: a method or property where the value has one of that name, else its entry.</summary>
internal sealed class Attribute(int place, Expression target, string name) : Expression(place)
{
    private readonly Text _key = new(name, trusted: true);

    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? value = target.Evaluate(rendering, scope);
        rendering.Place = Place;
        return Members.Attribute(rendering, value, _key);
    }
}

/// <summary><c>a[b]</c>: an entry, and where there is none, a method or property of that name.</summary>
internal sealed class Item(int place, Expression target, Expression key) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? value = target.Evaluate(rendering, scope), index = key.Evaluate(rendering, scope);
        rendering.Place = Place;
        return Members.Item(rendering, value, index);
    }
}

/// <summary><c>a[from:to:step]</c>.</summary>
internal sealed class Slice(int place, Expression target, Expression? from, Expression? to, Expression? step) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? value = target.Evaluate(rendering, scope);
        object? first = from?.Evaluate(rendering, scope), last = to?.Evaluate(rendering, scope), by = step?.Evaluate(rendering, scope);
        rendering.Place = Place;
        return Slices.Of(rendering, value, first, last, by);
    }
}

/// <summary>The arguments of a call, a filter or a test.</summary>
internal sealed record ArgumentList(Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Rest, Expression? NamedRest)
{
    public static ArgumentList None { get; } = new([], [], null, null);

    public Arguments Evaluate(Rendering rendering, Scope scope, params ReadOnlySpan<object?> first)
    {
        rendering.Take(48 + 16 * (Positional.Length + Named.Length));
        List<object?> positional = [.. first];
        foreach (Expression argument in Positional) positional.Add(argument.Evaluate(rendering, scope));
        List<(string, object?)> named = [];
        foreach ((string name, Expression value) in Named) named.Add((name, value.Evaluate(rendering, scope)));
        if (Rest is not null) positional.AddRange(Iteration.ToList(rendering, Rest.Evaluate(rendering, scope)));
        if (NamedRest is not null)
        {
            if (NamedRest.Evaluate(rendering, scope) is not DictValue dict) throw new TemplateException("template-value", "After ** a dict was expected.");
            for (int i = 0; i < dict.Count; i++) named.Add((Kinds.String(dict.KeyAt(i), "A name after **").Value, dict.ValueAt(i)));
        }
        return new Arguments([.. positional], [.. named]);
    }
}

/// <summary><c>a(b, c=d)</c>.</summary>
internal sealed class Call(int place, Expression callee, ArgumentList arguments) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope) => Invoke(rendering, scope, caller: null);

    /// <summary>The call, with the body of a call block as <c>caller</c>.</summary>
    public object? Invoke(Rendering rendering, Scope scope, MacroValue? caller)
    {
        object? target = callee.Evaluate(rendering, scope);
        Arguments given = arguments.Evaluate(rendering, scope);
        if (caller is not null) given = given with { Named = [.. given.Named, ("caller", caller)] };
        rendering.Place = Place;
        return target switch
        {
            Callable callable => callable.Call(rendering, given),
            Undefined missing => throw missing.Failure(),
            _ => throw new TemplateException("template-value", $"A {Kinds.Name(target)} cannot be called."),
        };
    }
}

/// <summary><c>a | b(c)</c>.</summary>
/// <param name="target">Null in a filter block, whose body takes its place.</param>
internal sealed class FilterCall(int place, Expression? target, string name, ArgumentList arguments) : Expression(place)
{
    private readonly Filter? _filter = Filters.Find(name);

    protected override object? Value(Rendering rendering, Scope scope) => Apply(rendering, scope, value: null);

    /// <summary>The filter over a block's text.</summary>
    public object? Apply(Rendering rendering, Scope scope, Text? value)
    {
        object? input = target switch
        {
            null => value,
            FilterCall inner when value is not null => inner.Apply(rendering, scope, value),
            _ => target.Evaluate(rendering, scope),
        };
        Arguments given = arguments.Evaluate(rendering, scope);
        rendering.Place = Place;
        return (_filter ?? throw Filters.Unknown(name))(rendering, input, given);
    }
}

/// <summary><c>a is b(c)</c>.</summary>
internal sealed class TestCall(int place, Expression target, string name, ArgumentList arguments) : Expression(place)
{
    private readonly Test? _test = Tests.Find(name);

    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? value = target.Evaluate(rendering, scope);
        Arguments given = arguments.Evaluate(rendering, scope);
        rendering.Place = Place;
        return (_test ?? throw Tests.Unknown(name))(rendering, value, given);
    }
}
