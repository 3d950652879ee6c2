namespace Sandglass.Chat;

/// <summary><c>loop</c>, inside a loop's body.</summary>
internal sealed class LoopValue(Rendering rendering, object? over, IEnumerable<object?> items, int depth, Func<object?, int, Text>? again) : Callable
{
    private readonly List<object?> _ahead = [];     // taken from the items, not yet given out
    private readonly IEnumerator<object?> _items = items.GetEnumerator();
    private object?[]? _lastChanged;

    /// <summary>From 0; -1 before the first.</summary>
    public int Index { get; private set; } = -1;

    public object? Current { get; private set; }

    public object? Previous { get; private set; }

    public int Depth => depth;

    public bool IsFirst => Index == 0;

    public bool IsLast => !Peek(0);

    /// <summary>All items, those that are left out by the loop's filter not counted.</summary>
    public long Count
    {
        get
        {
            if (over is Text or ListValue or TupleValue or DictValue or RangeValue or DictView) return Kinds.Count(over);
            for (int i = _ahead.Count; Peek(i); i++) rendering.Step();
            return Index + 1 + _ahead.Count;
        }
    }

    public object? Next => Peek(0) ? _ahead[0] : new Undefined("there is no next item");

    public bool MoveNext()
    {
        if (!Peek(0)) return false;
        Previous = Current;
        Current = _ahead[0];
        _ahead.RemoveAt(0);
        Index++;
        return true;
    }

    /// <summary>Whether the values differ from those of the last call.</summary>
    public bool HasChanged(object?[] values)
    {
        bool same = _lastChanged is not null && Equality.AreEqual(rendering, new TupleValue(_lastChanged), new TupleValue(values));
        if (!same) _lastChanged = values;
        return !same;
    }

    /// <summary>The loop's body again, over other items: for trees.</summary>
    public override object? Call(Rendering rendering, Arguments arguments)
    {
        if (again is null) throw new TemplateException("template-value", "loop(…) needs a loop that says so: {% for x in y recursive %}.");
        return again(arguments.Match("loop", 1, "iterable")[0], depth + 1);
    }

    private bool Peek(int index)
    {
        while (_ahead.Count <= index)
        {
            if (!_items.MoveNext()) return false;
            rendering.Take(16);
            _ahead.Add(_items.Current);
        }
        return true;
    }
}
