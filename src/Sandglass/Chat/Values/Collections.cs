namespace Sandglass.Chat;

/// <summary>A list, which a template may change.</summary>
internal sealed class ListValue(List<object?> items)
{
    public List<object?> Items { get; } = items;
}

/// <summary>A tuple.</summary>
internal sealed class TupleValue(params object?[] items)
{
    public object?[] Items { get; } = items;

    /// <summary>Whether it is a group of <c>groupby</c>, whose two parts have names too: <c>grouper</c> and <c>list</c>.</summary>
    public bool IsGroup { get; init; }
}

/// <summary>The numbers of <c>range</c>, none of them made before it is asked for.</summary>
internal sealed record RangeValue(long From, long To, long Step)
{
    public long Count => Step > 0
        ? From >= To ? 0 : (To - 1 - From) / Step + 1
        : From <= To ? 0 : (From - 1 - To) / -Step + 1;

    public long this[long index] => From + index * Step;
}

/// <summary>Values that are made when they are asked for, and only once (a generator).</summary>
internal sealed class GeneratorValue
{
    private readonly int _depth;

    /// <param name="items">The values.</param>
    /// <param name="source">What they are made of: where that is a generator too, asking for one value asks through all of them.</param>
    public GeneratorValue(IEnumerable<object?> items, object? source = null)
    {
        _depth = source is GeneratorValue inner ? inner._depth + 1 : 0;
        if (_depth > Rendering.MostDepth) throw Rendering.TooDeep();
        Items = items.GetEnumerator();
    }

    public IEnumerator<object?> Items { get; }
}

/// <summary>What <c>keys</c>, <c>values</c> or <c>items</c> of a dictionary give.</summary>
internal sealed class DictView(DictValue of, DictPart part)
{
    public DictValue Of { get; } = of;

    public DictPart Part { get; } = part;

    public object? this[int index] => Part switch
    {
        DictPart.Keys => Of.KeyAt(index),
        DictPart.Values => Of.ValueAt(index),
        _ => new TupleValue(Of.KeyAt(index), Of.ValueAt(index)),
    };
}

/// <summary>The part of a dictionary that a view shows.</summary>
internal enum DictPart
{
    Keys,
    Values,
    Items,
}
