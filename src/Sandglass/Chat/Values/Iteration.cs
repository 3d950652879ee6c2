namespace Sandglass.Chat;

/// <summary>Goes through the parts of a value as Python's <c>for</c> does.</summary>
internal static class Iteration
{
    /// <summary>Whether it has parts to go through.</summary>
    public static bool Can(object? value) =>
        value is Text or ListValue or TupleValue or DictValue or RangeValue or GeneratorValue or DictView or Undefined or LoopValue;

    /// <summary>The parts, counted as they are taken.</summary>
    public static IEnumerable<object?> Of(Rendering rendering, object? value)
    {
        if (!Can(value)) throw new TemplateException("template-value",
            $"Expected something with parts to go through (a list, a dict, a text), found a {Kinds.Name(value)}.");
        return Parts(rendering, value);
    }

    /// <summary>All parts.</summary>
    public static List<object?> ToList(Rendering rendering, object? value)
    {
        List<object?> all = [];
        foreach (object? item in Of(rendering, value))
        {
            rendering.Take(16);
            all.Add(item);
        }
        return all;
    }

    private static IEnumerable<object?> Parts(Rendering rendering, object? value)
    {
        switch (value)
        {
            case ListValue list:
                for (int i = 0; i < list.Items.Count; i++) yield return Counted(rendering, list.Items[i]);     // it may grow meanwhile
                break;
            case TupleValue tuple:
                foreach (object? item in tuple.Items) yield return Counted(rendering, item);
                break;
            case DictValue dict:
                foreach (object? key in Parts(rendering, new DictView(dict, DictPart.Keys))) yield return key;
                break;
            case DictView view:
                int count = view.Of.Count;
                for (int i = 0; i < count; i++)
                {
                    if (view.Of.Count != count) throw new TemplateException("template-value", "A dict changed its size while a loop went through it.");
                    yield return Counted(rendering, view[i]);
                }
                break;
            case RangeValue range:
                for (long i = 0; i < range.Count; i++) yield return Counted(rendering, range[i]);
                break;
            case Text text:
                for (int at = 0; at < text.Value.Length;)
                {
                    int width = text.WidthAt(at);
                    yield return Counted(rendering, text.Slice(rendering, at, at + width).Marked(false));
                    at += width;
                }
                break;
            case GeneratorValue generator:
                while (generator.Items.MoveNext()) yield return Counted(rendering, generator.Items.Current);
                break;
            case LoopValue loop:
                while (loop.MoveNext()) yield return Counted(rendering, new TupleValue(loop.Current, loop));
                break;
        }
    }

    private static object? Counted(Rendering rendering, object? item)
    {
        rendering.Step();
        return item;
    }
}
