namespace Sandglass.Chat;

/// <summary>What a template can call.</summary>
internal abstract class Callable
{
    public abstract object? Call(Rendering rendering, Arguments arguments);
}

/// <summary>A function of ours.</summary>
internal sealed class Function(Func<Rendering, Arguments, object?> body) : Callable
{
    public override object? Call(Rendering rendering, Arguments arguments) => body(rendering, arguments);
}

/// <summary>A method of a value, found and not yet called.</summary>
internal sealed class BoundMethod(object? self, Func<Rendering, object?, Arguments, object?> body) : Callable
{
    public override object? Call(Rendering rendering, Arguments arguments) => body(rendering, self, arguments);
}

/// <summary>What <c>namespace</c> makes: values that a loop's body may set for those after it.</summary>
internal sealed class NamespaceValue(DictValue values)
{
    public DictValue Values { get; } = values;
}

/// <summary>What <c>cycler</c> makes: its values in turn.</summary>
internal sealed class CyclerValue(object?[] items)
{
    private int _at;

    public object? Current => items[_at];

    public object? Next()
    {
        object? current = Current;
        _at = (_at + 1) % items.Length;
        return current;
    }

    public void Reset() => _at = 0;
}

/// <summary>What <c>joiner</c> makes: nothing the first time, then what stands between.</summary>
internal sealed class JoinerValue(object? separator) : Callable
{
    private bool _used;

    public override object? Call(Rendering rendering, Arguments arguments)
    {
        arguments.Match("joiner", 0);
        object? given = _used ? separator : Text.Empty;
        _used = true;
        return given;
    }
}
