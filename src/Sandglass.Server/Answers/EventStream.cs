using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sandglass.Server;

/// <summary>Server-sent events, written straight into the connection's buffer. Several texts may write, one at a time.</summary>
/// <remarks>Where the client reads too slowly the flush waits, then the engine's queue fills, then the text rests: nothing grows. Who reads nothing at all for
/// too long is left (<see cref="PatientWriter"/>).</remarks>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpContext _context;
    private readonly PipeWriter _pipe;
    private readonly Utf8JsonWriter _json;
    private readonly ArrayBufferWriter<byte> _named = new();
    private readonly byte[] _head;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly PeriodicTimer _ping;
    private readonly TimeProvider _time;
    private readonly TimeSpan _silence;
    private Task _pinging = Task.CompletedTask;
    private long _lastFlush;
    private int _unflushed;     // bytes
    private bool _isDone;

    /// <param name="context">The request.</param>
    /// <param name="head">What each event begins with.</param>
    /// <param name="silence">After this long without an event a comment is sent.</param>
    /// <param name="time">The clock.</param>
    public EventStream(HttpContext context, byte[] head, TimeSpan silence, TimeProvider time)
    {
        (_context, _head, _silence, _time) = (context, head, silence, time);
        _pipe = context.Response.BodyWriter;
        _json = new Utf8JsonWriter(_pipe, JsonAnswer.Style);
        _ping = new PeriodicTimer(silence, time);
        _lastFlush = time.GetTimestamp();
    }

    /// <summary>Sends the headers: from here on errors are events.</summary>
    public async Task StartAsync()
    {
        HttpResponse response = _context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";       // proxies of nginx's kind hold events back otherwise
        _context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(_context.RequestAborted).ConfigureAwait(false);
        _pinging = PingAsync();
    }

    /// <summary>Writes while no other text does, and sends it.</summary>
    public async Task WriteAsync(Action write)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            write();
        }
        finally
        {
            await ExitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Waits until no other text writes; <see cref="ExitAsync"/> lets the next one in.</summary>
    public Task EnterAsync() => _gate.WaitAsync(_context.RequestAborted);

    /// <summary>Whether so much waits that it is sent before more is written: a reader that was behind finds a thousand tokens.</summary>
    public bool IsFull => _unflushed >= PatientWriter.Piece;

    /// <summary>Begins an event: what is written next is its choices.</summary>
    public Utf8JsonWriter Begin()
    {
        Raw("data: "u8);
        Raw(_head);
        _json.Reset();
        return _json;
    }

    /// <summary>Ends an event.</summary>
    /// <param name="more">Fields after the choices.</param>
    public void End(ReadOnlySpan<byte> more)
    {
        _json.Flush();
        _unflushed += (int)_json.BytesCommitted;
        Raw(more);
        Raw("}\n\n"u8);
    }

    /// <summary>An event that is an object of its own.</summary>
    public void Send(Action<Utf8JsonWriter> write)
    {
        Raw("data: "u8);
        _json.Reset();
        write(_json);
        _json.Flush();
        Raw("\n\n"u8);
    }

    /// <summary>Sends an event that has a name, and may be long: in pieces, each no faster than the client reads.</summary>
    public async Task SendAsync(string name, Action<Utf8JsonWriter> write)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            _named.ResetWrittenCount();
            _named.Write("event: "u8);
            Encoding.UTF8.GetBytes(name, _named);
            _named.Write("\ndata: "u8);
            _json.Reset(_named);
            write(_json);
            _json.Flush();
            _json.Reset(_pipe);
            _named.Write("\n\n"u8);
            await _pipe.WriteAsync(_named.WrittenMemory, _context.RequestAborted).ConfigureAwait(false);
            _lastFlush = _time.GetTimestamp();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The event that ends all.</summary>
    public void Done()
    {
        Raw("data: [DONE]\n\n"u8);
        _isDone = true;
        LeaveWatch.Leave(_context);
    }

    /// <summary>Sends what was written, all at once.</summary>
    public async Task ExitAsync()
    {
        try
        {
            _unflushed = 0;
            await _pipe.FlushAsync(_context.RequestAborted).ConfigureAwait(false);
            _lastFlush = _time.GetTimestamp();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>No comment comes after this.</summary>
    public async ValueTask DisposeAsync()
    {
        _ping.Dispose();
        await _pinging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _gate.Dispose();
    }

    private async Task PingAsync()
    {
        while (await _ping.WaitForNextTickAsync().ConfigureAwait(false))
        {
            if (_time.GetElapsedTime(_lastFlush) < _silence) continue;
            await WriteAsync(() =>
            {
                if (!_isDone) Raw(": waiting\n\n"u8);
            }).ConfigureAwait(false);
        }
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_pipe.GetSpan(bytes.Length));
        _pipe.Advance(bytes.Length);
        _unflushed += bytes.Length;
    }
}
