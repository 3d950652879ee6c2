using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>One text under way: its ids, prompt first, and its keys and values.</summary>
internal sealed class Sequence(int[] prompt, PagePool pages) : IDisposable
{
    private int[] _ids = [.. prompt];
    private int _count = prompt.Length;

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; } = prompt.Length;

    /// <summary>All ids so far.</summary>
    public ReadOnlyMemory<int> Ids => _ids.AsMemory(0, _count);

    /// <summary>What was generated so far.</summary>
    public ReadOnlySpan<int> Completion => _ids.AsSpan(PromptLength, _count - PromptLength);

    /// <summary>Prompt and completion.</summary>
    public int Length => _count;

    /// <summary>Keys and values of the positions that went through the model.</summary>
    public SequenceCache Cache { get; } = new(pages);

    /// <summary>Adds a chosen id: from here on it is fixed.</summary>
    public void Append(int id)
    {
        if (_count == _ids.Length) Array.Resize(ref _ids, Math.Max(64, 2 * _count));
        _ids[_count++] = id;
    }

    public void Dispose() => Cache.Dispose();
}
