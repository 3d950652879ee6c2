using System.Numerics;

namespace Sandglass.Chat;

/// <summary>Which values are equal, as Python has it: <c>True == 1 == 1.0</c>, lists and dictionaries by their parts.</summary>
internal static class Equality
{
    public static bool AreEqual(Rendering rendering, object? a, object? b, int depth = 0)
    {
        rendering.Step();
        if (ReferenceEquals(a, b) && a is not double) return true;
        if (depth > Rendering.MostDepth) throw Rendering.TooDeep();
        return (a, b) switch
        {
            (Text x, Text y) => x.Value == y.Value,
            (Undefined, Undefined) => true,
            (bool or long or double or BigInteger, bool or long or double or BigInteger) => Numbers.Compare(a, b) == 0,
            (ListValue x, ListValue y) => AreEqual(rendering, x.Items, y.Items, depth),
            (TupleValue x, TupleValue y) => AreEqual(rendering, x.Items, y.Items, depth),
            (DictValue x, DictValue y) => AreEqual(rendering, x, y, depth),
            (RangeValue x, RangeValue y) => x.Count == y.Count && (x.Count == 0 || (x.From == y.From && (x.Count == 1 || x.Step == y.Step))),
            _ => false,
        };
    }

    public static int Hash(Rendering rendering, object? value, int depth = 0)
    {
        rendering.Step();
        if (depth > Rendering.MostDepth) throw Rendering.TooDeep();
        switch (value)
        {
            case Text text: return text.Value.GetHashCode(StringComparison.Ordinal);
            case bool flag: return (flag ? 1.0 : 0.0).GetHashCode();
            case long whole: return ((double)whole).GetHashCode();
            case BigInteger big: return ((double)big).GetHashCode();
            case double number: return number.GetHashCode();
            case TupleValue tuple:
                HashCode hash = default;
                foreach (object? item in tuple.Items) hash.Add(Hash(rendering, item, depth + 1));
                return hash.ToHashCode();
            case null or Undefined: return 0;
            case ListValue or DictValue: throw new TemplateException("template-value", $"A {Kinds.Name(value)} cannot be a key: it may change.");
            default: return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value);
        }
    }

    private static bool AreEqual(Rendering rendering, IReadOnlyList<object?> a, IReadOnlyList<object?> b, int depth)
    {
        if (a.Count != b.Count) return false;
        for (int i = 0; i < a.Count; i++)
            if (!AreEqual(rendering, a[i], b[i], depth + 1)) return false;
        return true;
    }

    private static bool AreEqual(Rendering rendering, DictValue a, DictValue b, int depth)
    {
        if (a.Count != b.Count) return false;
        for (int i = 0; i < a.Count; i++)
            if (!b.TryGet(a.KeyAt(i), out object? other) || !AreEqual(rendering, a.ValueAt(i), other, depth + 1)) return false;
        return true;
    }
}
