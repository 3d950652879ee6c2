namespace Sandglass.Chat;

/// <summary>What a value is given to: a name, a namespace's attribute, or several of them.</summary>
internal abstract class Target
{
    public abstract void Assign(Rendering rendering, Scope scope, object? value);
}

internal sealed class NameTarget(string name) : Target
{
    public string Name => name;

    public override void Assign(Rendering rendering, Scope scope, object? value)
    {
        rendering.Take(32);
        scope.Set(name, value);
    }
}

internal sealed class AttributeTarget(int place, string space, string attribute) : Target
{
    public override void Assign(Rendering rendering, Scope scope, object? value)
    {
        rendering.Place = place;
        if (!scope.TryGet(space, out object? target)) throw Undefined.Name(space).Failure();
        if (target is not NamespaceValue names)
            throw new TemplateException("template-value",
                $"{space}.{attribute}: only attributes of a namespace(…) can be set, and this is a {Kinds.Name(target)}.");
        names.Values.Set(attribute, value);
    }
}

internal sealed class TupleTarget(int place, Target[] targets) : Target
{
    public override void Assign(Rendering rendering, Scope scope, object? value)
    {
        rendering.Place = place;
        int index = 0;
        foreach (object? part in Iteration.Of(rendering, value))
        {
            if (index == targets.Length) throw new TemplateException("template-value", $"Too many values for {targets.Length} names.");
            targets[index++].Assign(rendering, scope, part);
        }
        if (index < targets.Length) throw new TemplateException("template-value", $"{index} values for {targets.Length} names.");
    }
}
