namespace Sandglass.Chat;

/// <summary>The names that are set in one block of a template: a loop's turn, a macro's call, the whole.</summary>
/// <param name="parent">Where a name is looked for that is not set here; null for the outermost.</param>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, object?>? _names;

    public void Set(string name, object? value) => (_names ??= [])[name] = value;

    public bool TryGet(string name, out object? value)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
            if (scope._names is not null && scope._names.TryGetValue(name, out value)) return true;
        value = null;
        return false;
    }

    private Scope? Parent { get; } = parent;
}
