namespace Sandglass.Server;

/// <summary>The bytes that large bodies of all requests under way may take together. Where they are full a newcomer is refused, or takes the place of the body
/// that has been coming for the longest time, if that is long: so nobody holds the room by sending slowly.</summary>
/// <param name="most">Bytes.</param>
/// <param name="grace">How long a body may come before its place can be taken.</param>
/// <param name="time">The clock.</param>
internal sealed class BodyRoom(long most, TimeSpan grace, TimeProvider time)
{
    /// <summary>Bytes up to which a body is an ordinary one, of 16,000 tokens, say: it does not count.</summary>
    public const int Ordinary = 64 << 10;

    private readonly Lock _lock = new();
    private readonly LinkedList<BodyBytes> _coming = [];        // the first began first
    private long _bytes;

    /// <summary>A body takes so many bytes in all, while more of it come.</summary>
    /// <exception cref="RequestException">There is no room, or another has taken its place.</exception>
    public void Take(BodyBytes body, long bytes)
    {
        List<BodyBytes> left = [];
        bool fits;
        lock (_lock)
        {
            if (body.IsDisplaced) throw Displaced();
            while (_bytes + bytes - body.Taken > most && _coming.First?.Value is { } first && first != body && time.GetElapsedTime(first.Began) > grace)
            {
                Remove(first);
                first.IsDisplaced = true;
                left.Add(first);
            }
            fits = _bytes + bytes - body.Taken <= most;
            if (fits)
            {
                if (body.Taken == 0) _coming.AddLast(body);
                Set(body, bytes);
            }
        }
        foreach (BodyBytes one in left) one.Leave();
        if (!fits) throw Full();
    }

    /// <summary>All of a body is there: nobody takes its place any more.</summary>
    /// <exception cref="RequestException">Another has taken it.</exception>
    public void Complete(BodyBytes body)
    {
        lock (_lock)
        {
            if (body.IsDisplaced) throw Displaced();
            _coming.Remove(body);
        }
    }

    /// <summary>Only so much is left of a body, at most; of an ordinary size nothing counts.</summary>
    public void Keep(BodyBytes body, long bytes)
    {
        lock (_lock) Set(body, bytes <= Ordinary ? 0 : Math.Min(bytes, body.Taken));
    }

    /// <summary>A request whose body is there, and may be gone, takes so many bytes more for what it answers, until it is over. One that is alone may take more
    /// than there is: else it could be refused for ever.</summary>
    /// <exception cref="RequestException">There is no room.</exception>
    public void TakeMore(BodyBytes body, long bytes)
    {
        if (bytes <= Ordinary) return;
        lock (_lock)
        {
            if (_bytes + bytes > most && _bytes > body.Taken) throw Full();
            Set(body, body.Taken + bytes);
        }
    }

    /// <summary>Its request is over.</summary>
    public void Leave(BodyBytes body)
    {
        lock (_lock) Remove(body);
    }

    /// <summary>What a body is ended with that another has taken the place of.</summary>
    public static RequestException Displaced() => new("request-timeout", "The body came too slowly while others waited for its place. Send it again, faster.");

    private RequestException Full() => new(
        "bodies-full", $"The long bodies and vectors of the requests under way have {_bytes} bytes together, and there is room for {most}. "
            + "Wait as Retry-After says, or send less at a time.");

    private void Remove(BodyBytes body)
    {
        _coming.Remove(body);
        Set(body, 0);
    }

    private void Set(BodyBytes body, long bytes)
    {
        _bytes += bytes - body.Taken;
        body.Taken = bytes;
    }
}
