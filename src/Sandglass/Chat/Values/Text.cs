namespace Sandglass.Chat;

/// <summary>A string that knows which of its characters the template wrote (trusted) and which came from a message or another value of the request.</summary>
/// <remarks>Immutable. Places are of UTF-16 units unless a name says code points, which is what Python counts.</remarks>
internal sealed class Text
{
    /// <summary>No character.</summary>
    public static readonly Text Empty = new("", trusted: true);

    private const int LongEnough = 512;

    private static readonly int[] None = [];

    private bool _startsTrusted;
    private int[] _borders;                 // where trust changes, ascending, none at 0 or at the end
    private string? _value;
    private (Text Left, Text Right, Rendering Rendering)? _halves;     // in place of a value that nobody has asked for yet
    private int _codePoints = -1;

    public Text(string value, bool trusted)
        : this(value, trusted, None)
    {
    }

    public Text(string value, bool startsTrusted, int[] borders, bool isSafe = false) =>
        (_value, _startsTrusted, _borders, IsSafe, Units) = (value, startsTrusted, borders, isSafe, value.Length);

    private Text(Rendering rendering, Text left, Text right)
    {
        (_halves, _borders, IsSafe) = ((left, right, rendering), None, left.IsSafe);
        Units = checked(left.Units + right.Units);
    }

    /// <summary>The number of UTF-16 units.</summary>
    public int Units { get; }

    /// <summary>The characters.</summary>
    public string Value => _value ?? Flat()._value!;

    /// <summary>Whether it is marked as needing no HTML escapes (jinja2's <c>Markup</c>): what is added to it gets them.</summary>
    public bool IsSafe { get; }

    /// <summary>Whether all of it came from the template.</summary>
    public bool IsTrusted => Flat()._borders.Length == 0 && _startsTrusted;

    /// <summary>Code points: what <c>length</c> says.</summary>
    public int Length => _codePoints >= 0 ? _codePoints : _codePoints = CountCodePoints();

    /// <summary>Whether some code point takes two units.</summary>
    public bool HasPairs => Length != Value.Length;

    /// <summary>The stretches of equal trust, in order; none is empty.</summary>
    public IEnumerable<(int From, int To, bool Trusted)> Stretches(int from, int to)
    {
        if (from >= to) yield break;
        Flat();
        int index = Array.BinarySearch(_borders, from);
        index = index >= 0 ? index + 1 : ~index;            // the first border after the place
        bool trusted = (index % 2 == 0) == _startsTrusted;
        for (; index < _borders.Length && _borders[index] < to; index++)
        {
            yield return (from, _borders[index], trusted);
            (from, trusted) = (_borders[index], !trusted);
        }
        yield return (from, to, trusted);
    }

    /// <summary>Whether one character came from the template.</summary>
    public bool IsTrustedAt(int place)
    {
        if (Flat()._borders.Length == 0) return _startsTrusted;
        int index = Array.BinarySearch(_borders, place);
        index = index >= 0 ? index + 1 : ~index;
        return (index % 2 == 0) == _startsTrusted;
    }

    /// <summary>One text behind another. Long ones are joined when their characters are asked for, so that a text that grows by pieces is not copied each
    /// time.</summary>
    public static Text Join(Rendering rendering, Text left, Text right)
    {
        if (left.Units == 0 && !left.IsSafe) return right;
        if (right.Units == 0) return left;
        rendering.Take(120);
        if ((long)left.Units + right.Units > int.MaxValue / 4) rendering.Take(long.MaxValue / 2);
        Text joined = new(rendering, left, right);
        return joined.Units > LongEnough ? joined : joined.Flat();
    }

    /// <summary>A part.</summary>
    public Text Slice(Rendering rendering, int from, int to)
    {
        if (from >= to) return Empty;
        if (from == 0 && to == Units) return this;
        rendering.Take(80 + 2L * (to - from));
        if (Flat()._borders.Length == 0) return new Text(Value[from..to], _startsTrusted, None, IsSafe);
        TextBuilder part = new(rendering);
        part.Append(this, from, to);
        return part.ToText(IsSafe);
    }

    /// <summary>Other characters of the same number and origin.</summary>
    public Text With(string value) => new(value, Flat()._startsTrusted, _borders, IsSafe);

    /// <summary>The same characters, marked as safe or not.</summary>
    public Text Marked(bool safe) => safe == IsSafe ? this : new Text(Value, _startsTrusted, _borders, safe);

    /// <summary>The unit at which a code point begins; for the number of code points, the length.</summary>
    public int UnitOf(int codePoint)
    {
        if (!HasPairs) return codePoint;
        int unit = 0;
        for (; codePoint > 0; codePoint--) unit += WidthAt(unit);
        return unit;
    }

    /// <summary>The number of code points before a unit.</summary>
    public int CodePointOf(int unit)
    {
        if (!HasPairs) return unit;
        int codePoints = 0;
        for (int at = 0; at < unit; at += WidthAt(at)) codePoints++;
        return codePoints;
    }

    /// <summary>How many units the code point at a unit takes.</summary>
    public int WidthAt(int unit) => unit + 1 < Value.Length && char.IsSurrogatePair(Value[unit], Value[unit + 1]) ? 2 : 1;

    public override string ToString() => Value;

    private Text Flat()
    {
        if (_halves is not { } halves) return this;
        halves.Rendering.Take(2L * Units);      // before it is made: of shared halves there may be far more characters than memory
        TextBuilder whole = new(halves.Rendering);
        Stack<Text> open = new([halves.Right, halves.Left]);
        while (open.TryPop(out Text? next))
        {
            if (next._halves is { } inner)
            {
                open.Push(inner.Right);
                open.Push(inner.Left);
            }
            else whole.AppendUncounted(next);
        }
        Text flat = whole.ToText();
        (_value, _startsTrusted, _borders, _halves) = (flat._value, flat._startsTrusted, flat._borders, null);
        return this;
    }

    private int CountCodePoints()
    {
        int count = Value.Length;
        for (int at = 0; (at = Value.AsSpan(at).IndexOfAnyInRange('\uD800', '\uDBFF') is int next and >= 0 ? at + next : -1) >= 0; at++)
            if (WidthAt(at) == 2) count--;
        return count;
    }
}
