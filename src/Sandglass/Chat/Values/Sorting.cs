namespace Sandglass.Chat;

/// <summary>Python's order of values, and stable sorting by it.</summary>
internal static class Sorting
{
    /// <summary>Less than 0, 0 or more, as a is before, equal to or after b.</summary>
    public static int Compare(Rendering rendering, object? a, object? b, string op = "<", int depth = 0)
    {
        rendering.Step();
        if (depth > Rendering.MostDepth) throw Rendering.TooDeep();
        switch (a, b)
        {
            case (Undefined missing, _): throw missing.Failure();
            case (_, Undefined missing): throw missing.Failure();
            case (Text x, Text y):
                rendering.Step(Math.Min(x.Value.Length, y.Value.Length) / 16);
                return x.HasPairs || y.HasPairs ? CompareCodePoints(x.Value, y.Value) : string.CompareOrdinal(x.Value, y.Value);
            case (ListValue x, ListValue y): return Compare(rendering, x.Items, y.Items, op, depth);
            case (TupleValue x, TupleValue y): return Compare(rendering, x.Items, y.Items, op, depth);
            case var _ when Kinds.IsNumber(a) && Kinds.IsNumber(b): return Numbers.Compare(a, b) ?? 0;
            default: throw new TemplateException("template-value", $"'{op}' is not defined between a {Kinds.Name(a)} and a {Kinds.Name(b)}.");
        }
    }

    /// <summary>The order in which values ascend; equal ones keep theirs.</summary>
    public static IReadOnlyList<int> Order(Rendering rendering, int count, Func<int, object?> value, bool descending = false)
    {
        object?[] values = new object?[count];
        int[] order = new int[count];
        for (int i = 0; i < count; i++) (values[i], order[i]) = (value(i), i);
        rendering.Take(12L * count);
        try
        {
            Array.Sort(order, (i, j) =>
            {
                int compared = i == j ? 0 : Compare(rendering, values[i], values[j]);
                return compared != 0 ? descending ? -compared : compared : i.CompareTo(j);
            });
        }
        catch (InvalidOperationException failure) when (failure.InnerException is TemplateException ours)
        {
            throw ours;
        }
        return order;
    }

    private static int Compare(Rendering rendering, IReadOnlyList<object?> a, IReadOnlyList<object?> b, string op, int depth)
    {
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
            if (!Equality.AreEqual(rendering, a[i], b[i], depth + 1)) return Compare(rendering, a[i], b[i], op, depth + 1);
        return a.Count.CompareTo(b.Count);
    }

    // surrogates come after all other units of UTF-16, though not all code points do
    private static int CompareCodePoints(string a, string b)
    {
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i] == b[i]) continue;
            bool pairA = char.IsSurrogate(a[i]), pairB = char.IsSurrogate(b[i]);
            return pairA == pairB ? a[i].CompareTo(b[i]) : pairA ? 1 : -1;
        }
        return a.Length.CompareTo(b.Length);
    }
}
