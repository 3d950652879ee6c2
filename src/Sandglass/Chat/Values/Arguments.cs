namespace Sandglass.Chat;

/// <summary>What a call was given.</summary>
/// <param name="Positional">By place.</param>
/// <param name="Named">By name, in the order given.</param>
internal readonly record struct Arguments(object?[] Positional, (string Name, object? Value)[] Named)
{
    /// <summary>Nothing.</summary>
    public static Arguments None { get; } = new([], []);

    /// <summary>What stands for a parameter that was not given.</summary>
    public static readonly object Absent = new();

    public static Arguments Of(params object?[] positional) => new(positional, []);

    /// <summary>The arguments by parameter; <see cref="Absent"/> for those not given.</summary>
    /// <param name="function">Its name, for messages.</param>
    /// <param name="required">How many of the parameters must be given.</param>
    /// <param name="parameters">Their names.</param>
    public object?[] Match(string function, int required, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Length > parameters.Length)
            throw new TemplateException("template-value", $"{function}: expected at most {parameters.Length} arguments, found {Positional.Length}.");
        object?[] matched = new object?[parameters.Length];
        for (int i = 0; i < matched.Length; i++) matched[i] = i < Positional.Length ? Positional[i] : Absent;
        foreach ((string name, object? value) in Named)
        {
            int index = parameters.IndexOf(name);
            if (index < 0) throw new TemplateException("template-value", $"{function}: there is no parameter '{name}'.");
            if (!ReferenceEquals(matched[index], Absent)) throw new TemplateException("template-value", $"{function}: the parameter '{name}' is given twice.");
            matched[index] = value;
        }
        for (int i = 0; i < required; i++)
            if (ReferenceEquals(matched[i], Absent)) throw new TemplateException("template-value", $"{function}: the argument '{parameters[i]}' is missing.");
        return matched;
    }

    /// <summary>All but the first positional ones.</summary>
    public Arguments After(int count) => new(Positional[Math.Min(count, Positional.Length)..], Named);
}
