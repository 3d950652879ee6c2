namespace Sandglass.Chat;

/// <summary>The functions that every template may call.</summary>
internal static class Globals
{
    /// <summary>Sets them in the outermost scope.</summary>
    public static void AddTo(Scope scope, Rendering rendering)
    {
        scope.Set("range", new Function(Range));
        scope.Set("dict", new Function(Dict));
        scope.Set("namespace", new Function((inner, arguments) => new NamespaceValue(Dict(inner, arguments))));
        scope.Set("cycler", new Function(Cycler));
        scope.Set("joiner", new Function((_, arguments) =>
            new JoinerValue(Filters.Given(arguments.Match("joiner", 0, "sep")[0], new Text(", ", trusted: true)))));
        scope.Set("raise_exception", new Function(Raise));
        if (rendering.Now is DateTimeOffset now) scope.Set("strftime_now", new Function((_, arguments) => Time(now, arguments)));
    }

    private static RangeValue Range(Rendering rendering, Arguments arguments)
    {
        if (arguments.Positional.Length is 0 or > 3 || arguments.Named.Length > 0)
            throw new TemplateException("template-value", "range: expected one to three whole numbers.");
        long[] given = [.. arguments.Positional.Select(argument => Bounded(Kinds.Whole(argument, "range")))];
        RangeValue range = given switch
        {
            [long to] => new RangeValue(0, to, 1),
            [long from, long to] => new RangeValue(from, to, 1),
            _ => new RangeValue(given[0], given[1], given[2]),
        };
        return range.Step != 0 ? range : throw new TemplateException("template-value", "range: the step cannot be 0.");
    }

    // far beyond what can be gone through, and no sum of them overflows
    private static long Bounded(long value) => Math.Clamp(value, -(1L << 60), 1L << 60);

    private static DictValue Dict(Rendering rendering, Arguments arguments)
    {
        DictValue dict = new(rendering);
        DictMethods.Update(rendering, dict, arguments);
        return dict;
    }

    private static CyclerValue Cycler(Rendering rendering, Arguments arguments) => arguments.Positional.Length > 0
        ? new CyclerValue(arguments.Positional) : throw new TemplateException("template-value", "cycler: expected at least one value.");

    private static object? Raise(Rendering rendering, Arguments arguments)
    {
        string message = Printer.Str(rendering, arguments.Match("raise_exception", 1, "message")[0]).Value;
        throw new TemplateException("template-raised", message.Length > 2000 ? message[..2000] + "…" : message);
    }

    private static Text Time(DateTimeOffset now, Arguments arguments)
    {
        Text format = Kinds.String(arguments.Match("strftime_now", 1, "format")[0], "strftime_now");
        if (format.Value.Length > 1000) throw new TemplateException("template-size", "strftime_now: a format of more than 1000 characters.");
        return new Text(TimeText.Of(now, format.Value), format.IsTrusted);
    }
}
