using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>The bytes of a request's body while they come. What they take of the room for all bodies is given back when the request is over, or no longer needs
/// them.</summary>
internal sealed class BodyBytes : IDisposable
{
    private readonly BodyRoom _room;
    private readonly CancellationTokenSource _displaced = new();
    private byte[] _bytes = [];
    private int _count;

    private BodyBytes(BodyRoom room, long began) => (_room, Began) = (room, began);

    /// <summary>When the request began, by the clock.</summary>
    public long Began { get; }

    /// <summary>What it has of the room. The <see cref="BodyRoom"/>'s alone.</summary>
    public long Taken { get; set; }

    /// <summary>Whether another has its place. The <see cref="BodyRoom"/>'s alone.</summary>
    public bool IsDisplaced { get; set; }

    /// <summary>That of a request; null where none was read.</summary>
    public static BodyBytes? Of(HttpContext context) => context.Features.Get<BodyBytes>();

    /// <summary>Reads all of them.</summary>
    /// <param name="context">The request.</param>
    /// <param name="state">The server.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="RequestException">There are too many, of this body or of all.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, ServerState state, CancellationToken cancellation)
    {
        BodyBytes body = new(state.Bodies, state.Options.Time.GetTimestamp());
        context.Features.Set(body);
        context.Response.RegisterForDispose(body);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, body._displaced.Token);
        try
        {
            return await body.ReadAsync(context.Request, Math.Min(state.Options.Limits.BodyBytes, Array.MaxLength), ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (body._displaced.IsCancellationRequested)
        {
            throw BodyRoom.Displaced();
        }
    }

    /// <summary>The request needs no more than so many bytes of it from now on.</summary>
    public void Keep(long bytes) => _room.Keep(this, bytes);

    /// <summary>The request needs so many bytes for its answer, until it is over.</summary>
    /// <exception cref="RequestException">All requests together need too many.</exception>
    public void TakeMore(long bytes) => _room.TakeMore(this, bytes);

    /// <summary>Another has its place: what comes is not read any more.</summary>
    public void Leave()
    {
        try
        {
            _displaced.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // its request has just ended
        }
    }

    public void Dispose()
    {
        _room.Leave(this);
        _displaced.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, long most, CancellationToken cancellation)
    {
        // not by a token of the read: the web server would go on to take it for one that is under way, and could not read what is left of the body
        using CancellationTokenRegistration ends =
            cancellation.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), request.BodyReader);
        while (true)
        {
            ReadResult read = await request.BodyReader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                if (read.IsCanceled) cancellation.ThrowIfCancellationRequested();
                if (_count + read.Buffer.Length > most) throw new RequestException("body-too-large", $"The body is larger than {most} bytes.");
                Add(read.Buffer, Math.Min(most, request.ContentLength ?? 2L * _count));
            }
            finally
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);      // where it is refused too: the connection goes on behind it
            }
            if (!read.IsCompleted) continue;
            _room.Complete(this);
            ReadOnlyMemory<byte> all = _bytes.AsMemory(0, _count);
            _bytes = [];        // this keeps them no longer; what they take counts on
            return all;
        }
    }

    /// <summary>Adds some. Up to ordinary size the array grows with what came, not with what was announced; then it is as large as expected.</summary>
    private void Add(ReadOnlySequence<byte> more, long expected)
    {
        int count = _count + (int)more.Length;
        if (count > _bytes.Length)
        {
            int size = count <= BodyRoom.Ordinary ? Math.Min(Math.Max(count, 2 * _bytes.Length), BodyRoom.Ordinary) : (int)Math.Max(count, expected);
            if (size > BodyRoom.Ordinary) _room.Take(this, size);
            byte[] larger = GC.AllocateUninitializedArray<byte>(size);
            _bytes.AsSpan(0, _count).CopyTo(larger);
            _bytes = larger;
        }
        more.CopyTo(_bytes.AsSpan(_count));
        _count = count;
    }
}
