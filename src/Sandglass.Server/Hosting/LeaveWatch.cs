using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sandglass.Server;

/// <summary>Ends requests whose connection nobody can listen to: clients that leave behind bytes that they sent after their request.</summary>
/// <remarks>
/// Kestrel notices that a client leaves by reading on while its answer is made, and stops reading when as many bytes lie there as
/// <see cref="ServerLimits.UnreadBytes"/>. From then on neither an end nor a break of the connection shows. Such a connection is one where the kernel has
/// something to read and Kestrel does not take it: seen twice in a row it is closed, whether its client has left or only sends what no client sends.
/// </remarks>
internal sealed class LeaveWatch : IDisposable
{
    /// <summary>Between two looks. A client that leaves in this way is noticed within two of them.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentDictionary<Watched, byte> _watched = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly List<Watched> _looked = [];
    private readonly List<Socket> _asked = [];
    private readonly HashSet<Socket> _unread = [];
    private long _last;         // when it looked
    private int _looks;

    public LeaveWatch(TimeProvider time)
    {
        (_time, _last) = (time, time.GetTimestamp());
        _timer = time.CreateTimer(static watch => ((LeaveWatch)watch!).Look(), this, Interval, Interval);
    }

    /// <summary>Watches the connection of a request whose body has been read, until its answer is there.</summary>
    public void Add(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not Socket socket) return;      // no connection of its own: a test's, or a pipe's
        Watched watched = new(this, socket, context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        _watched.TryAdd(watched, 0);
        context.Features.Set(watched);
        context.Response.RegisterForDispose(watched);
    }

    /// <summary>The last of a request's answer goes out. Who has it may send the next request, of any length, before the end of this one is known here; and who
    /// leaves now is noticed by writing.</summary>
    public static void Leave(HttpContext context) => context.Features.Get<Watched>()?.Dispose();

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Interlocked.Exchange(ref _looks, 1) != 0) return;      // the one before still looks
        // where threads are short a timer comes late and then several times at once, and Kestrel comes to read late too
        if (_time.GetElapsedTime(_last) > Interval / 2)
        {
            _last = _time.GetTimestamp();
            Ask();
            foreach (Watched watched in _looked) watched.Look(_unread);
        }
        Volatile.Write(ref _looks, 0);
    }

    // In one call to the system for all of them: a call each, with sixty streams open, took a fortieth of a processor from the engine.
    private void Ask()
    {
        _looked.Clear();
        _asked.Clear();
        _unread.Clear();
        foreach ((Watched watched, _) in _watched)
        {
            _looked.Add(watched);
            _asked.Add(watched.Socket);
        }
        if (_asked.Count == 0) return;
        try
        {
            Socket.Select(_asked, null, null, 0);
            _unread.UnionWith(_asked);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or ArgumentOutOfRangeException)
        {
            // one of them was closed meanwhile, or there are more than the system takes at once
            foreach (Watched watched in _looked)
            {
                if (HasUnread(watched.Socket)) _unread.Add(watched.Socket);
            }
        }
    }

    private static bool HasUnread(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            return false;       // it is closed already, and the request is told
        }
    }

    /// <summary>A request and its connection.</summary>
    private sealed class Watched(LeaveWatch watch, Socket socket, IHttpRequestLifetimeFeature request) : IDisposable
    {
        private readonly Lock _lock = new();
        private bool _isOver, _hadUnread;

        public Socket Socket => socket;

        public void Look(HashSet<Socket> unread)
        {
            bool hasUnread = unread.Contains(socket);
            lock (_lock)
            {
                if (_isOver) return;
                if (hasUnread && _hadUnread)
                {
                    _isOver = true;
                    request.Abort();
                }
                _hadUnread = hasUnread;
            }
        }

        public void Dispose()
        {
            lock (_lock) _isOver = true;        // after this the connection may serve another request
            watch._watched.TryRemove(this, out _);
        }
    }
}
