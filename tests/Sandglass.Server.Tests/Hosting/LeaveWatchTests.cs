using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sandglass.Server.Tests;

/// <summary>Bytes that nobody takes end a request while its answer is made, and not when it is there: then they are the next request.</summary>
public sealed class LeaveWatchTests : IDisposable
{
    private readonly HandClock _clock = new();
    private readonly Socket _here, _there = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly DefaultHttpContext _context = new();
    private readonly Request _request = new();

    public LeaveWatchTests()
    {
        using Socket door = new(SocketType.Stream, ProtocolType.Tcp);
        door.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        door.Listen();
        _there.Connect(door.LocalEndPoint!);
        _here = door.Accept();
        _context.Features.Set<IConnectionSocketFeature>(new Connection(_here));
        _context.Features.Set<IHttpRequestLifetimeFeature>(_request);
        _there.Send([1]);
        Assert.True(_here.Poll(TimeSpan.FromMinutes(1), SelectMode.SelectRead));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_ends_a_request_whose_answer_is_not_there(bool isThere)
    {
        using LeaveWatch watch = new(_clock);
        watch.Add(_context);
        if (isThere) LeaveWatch.Leave(_context);
        for (int look = 0; look < 3; look++) _clock.Turn(LeaveWatch.Interval);

        Assert.Equal(!isThere, _request.IsEnded);
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    private sealed class Request : IHttpRequestLifetimeFeature
    {
        public bool IsEnded { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsEnded = true;
    }

    private sealed class Connection(Socket socket) : IConnectionSocketFeature
    {
        public Socket Socket => socket;
    }
}
