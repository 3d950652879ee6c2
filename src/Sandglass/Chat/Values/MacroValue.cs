namespace Sandglass.Chat;

/// <summary>A macro, or the body of a call block, with the scope that it was written in.</summary>
internal sealed class MacroValue(Signature signature, Scope scope) : Callable
{
    public string Name => signature.Name;

    public Signature Signature => signature;

    public override object? Call(Rendering rendering, Arguments arguments)
    {
        rendering.Enter();
        try
        {
            Scope inner = Bound(rendering, arguments);
            return rendering.Capture((rendering, inner, signature.Body), static state => state.Body.Run(state.rendering, state.inner));
        }
        finally
        {
            rendering.Leave();
        }
    }

    private Scope Bound(Rendering rendering, Arguments arguments)
    {
        Scope inner = new(scope);
        object?[] extra = arguments.Positional.Length > signature.Parameters.Length ? arguments.Positional[signature.Parameters.Length..] : [];
        if (extra.Length > 0 && !signature.UsesVarargs)
            throw Wrong($"takes not more than {signature.Parameters.Length} arguments, found {arguments.Positional.Length}");

        DictValue named = new(rendering);
        foreach ((string name, object? value) in arguments.Named) named.Set(name, value);
        object? caller = null;
        bool hasCaller = !signature.Parameters.Contains("caller") && named.TryGet("caller", out caller);
        if (hasCaller) named.Remove(new Text("caller", trusted: true));
        if (hasCaller && !signature.UsesCaller) throw Wrong("takes no caller: its body does not use caller()");

        for (int i = 0; i < signature.Parameters.Length; i++)
        {
            string parameter = signature.Parameters[i];
            if (named.TryGet(parameter, out object? value))
            {
                if (i < arguments.Positional.Length) throw Wrong($"got the argument '{parameter}' twice");
                named.Remove(new Text(parameter, trusted: true));
            }
            else if (i < arguments.Positional.Length) value = arguments.Positional[i];
            else if (signature.DefaultOf(i) is Expression otherwise) value = otherwise.Evaluate(rendering, inner);
            else value = new Undefined($"the parameter '{parameter}' of the macro '{Name}' was not given");
            inner.Set(parameter, value);
        }
        if (named.Count > 0 && !signature.UsesKwargs) throw Wrong($"takes no argument named '{named.KeyAt(0)}'");
        if (signature.UsesVarargs) inner.Set("varargs", new TupleValue(extra));
        if (signature.UsesKwargs) inner.Set("kwargs", named);
        if (signature.UsesCaller && !signature.Parameters.Contains("caller")) inner.Set("caller", hasCaller ? caller : new Undefined("no caller defined"));
        return inner;
    }

    private TemplateException Wrong(string what) => new("template-value", $"The macro '{Name}' {what}.");
}
