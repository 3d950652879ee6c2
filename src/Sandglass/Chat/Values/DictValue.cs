using System.Diagnostics.CodeAnalysis;

namespace Sandglass.Chat;

/// <summary>A dictionary in the order in which its keys were added.</summary>
internal sealed class DictValue
{
    private readonly OrderedDictionary<Key, object?> _entries;
    private readonly Rendering _rendering;
    private HashSet<string>? _unread;       // names that nobody has looked at; null where nobody wants to know

    public DictValue(Rendering rendering)
    {
        _rendering = rendering;
        _entries = new OrderedDictionary<Key, object?>(new KeyComparer(rendering));
    }

    public int Count => _entries.Count;

    public object? KeyAt(int index) => _entries.GetAt(index).Key.Value;

    public object? ValueAt(int index)
    {
        (Key key, object? value) = _entries.GetAt(index);
        Looked(key.Value);
        return value;
    }

    public bool TryGet(object? key, [MaybeNullWhen(false)] out object value)
    {
        Looked(key);
        return _entries.TryGetValue(new Key(key), out value);
    }

    public bool TryGet(string key, out object? value) => TryGet(new Text(key, trusted: true), out value);

    /// <summary>From now on keeps in mind which of its names nobody looks at.</summary>
    public void Watch() => _unread = [.. _entries.Keys.Select(key => key.Value).OfType<Text>().Select(text => text.Value)];

    /// <summary>The names that nobody has looked at since <see cref="Watch"/>.</summary>
    public IReadOnlyCollection<string> Unread => _unread ?? [];

    /// <summary>Adds or replaces.</summary>
    public void Set(object? key, object? value)
    {
        _rendering.Take(80);
        _entries[new Key(key)] = value;
    }

    public void Set(string key, object? value) => Set(new Text(key, trusted: true), value);

    public bool Remove(object? key)
    {
        _rendering.Step(1 + Count / 16);    // those behind it move
        return _entries.Remove(new Key(key));
    }

    public DictValue Copy()
    {
        DictValue copy = new(_rendering);
        for (int i = 0; i < Count; i++) copy.Set(KeyAt(i), ValueAt(i));
        return copy;
    }

    private void Looked(object? key)
    {
        if (_unread is not null && key is Text name) _unread.Remove(name.Value);
    }

    // None is a key too, and a dictionary of .NET takes no null
    private readonly record struct Key(object? Value);

    private sealed class KeyComparer(Rendering rendering) : IEqualityComparer<Key>
    {
        public bool Equals(Key x, Key y) => Equality.AreEqual(rendering, x.Value, y.Value);

        public int GetHashCode(Key key) => Equality.Hash(rendering, key.Value);
    }
}
