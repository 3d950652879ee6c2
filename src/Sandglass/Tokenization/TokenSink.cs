namespace Sandglass.Tokenization;

/// <summary>Collects the tokens of a text with their places in it.</summary>
internal sealed class TokenSink(int room)
{
    private int[] _ids = new int[room];
    private (int From, int To)[] _ranges = new (int, int)[room];
    private int _count;

    public void Add(int id, int from, int to)
    {
        if (_count == _ids.Length)
        {
            int larger = Math.Max(16, 2 * _count);
            Array.Resize(ref _ids, larger);
            Array.Resize(ref _ranges, larger);
        }
        _ids[_count] = id;
        _ranges[_count++] = (from, to);
    }

    public TokenizedText ToText() => new(_ids.AsSpan(0, _count).ToArray(), _ranges.AsSpan(0, _count).ToArray());
}
