namespace Sandglass.Server;

/// <summary>How many watch what engines do: bounded, all together and for each holder of a key.</summary>
/// <param name="most">All together; a holder of a key has a quarter of it.</param>
internal sealed class WatchRoom(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyHolder, int> _byHolder = [];

    /// <summary>Who watches.</summary>
    public int Watching { get; private set; }

    /// <summary>One more watches, until <see cref="Leave"/>.</summary>
    /// <exception cref="RequestException">There are too many.</exception>
    public void Enter(Caller caller)
    {
        lock (_lock)
        {
            if (Watching >= most) throw Full("watch this server", Watching, most);
            if (caller.Holder is KeyHolder holder)
            {
                int own = _byHolder.GetValueOrDefault(holder), mostOwn = Math.Max(1, most / 4);
                if (own >= mostOwn) throw Full($"watch this server with the key of {holder.Name}", own, mostOwn);
                _byHolder[holder] = own + 1;
            }
            Watching++;
        }
    }

    /// <summary>One less.</summary>
    public void Leave(Caller caller)
    {
        lock (_lock)
        {
            Watching--;
            if (caller.Holder is KeyHolder holder && --_byHolder[holder] == 0) _byHolder.Remove(holder);
        }
    }

    private static RequestException Full(string what, int found, int most) =>
        new("watchers-full", $"{found} {what} already, and at most {most} may. Ask again when one of them has left.");
}
