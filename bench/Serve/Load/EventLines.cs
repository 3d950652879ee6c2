namespace Sandglass.ServeBench.Load;

/// <summary>Cuts a stream of server-sent events into lines, however the bytes arrive. Each <c>data:</c> line is an event of its own, as all these servers write
/// them.</summary>
internal sealed class EventLines
{
    private byte[] _bytes = new byte[16 * 1024];
    private int _from, _to;

    /// <summary>Where the next bytes belong; say with <see cref="Received"/> how many came.</summary>
    public Memory<byte> Free()
    {
        if (_from > 0)
        {
            _bytes.AsSpan(_from, _to - _from).CopyTo(_bytes);
            (_from, _to) = (0, _to - _from);
        }
        if (_to == _bytes.Length) Array.Resize(ref _bytes, 2 * _bytes.Length);
        return _bytes.AsMemory(_to);
    }

    public void Received(int count) => _to += count;

    /// <summary>The next whole <c>data:</c> line, without its name; comments and blank lines are passed over. Valid until <see cref="Free"/>.</summary>
    public bool TryNext(out ReadOnlySpan<byte> data)
    {
        while (_bytes.AsSpan(_from, _to - _from).IndexOf((byte)'\n') is >= 0 and int length)
        {
            ReadOnlySpan<byte> line = _bytes.AsSpan(_from, length).TrimEnd((byte)'\r');
            _from += length + 1;
            if (!line.StartsWith("data:"u8)) continue;
            data = line["data:"u8.Length..].TrimStart((byte)' ');
            return true;
        }
        data = default;
        return false;
    }
}
