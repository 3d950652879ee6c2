using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>The bytes of a request's body while they come. What they take of the room for all bodies is given back when the request is over.</summary>
internal sealed class BodyBytes : IDisposable
{
    private readonly BodyRoom _room;
    private byte[] _bytes = [];
    private int _count;
    private long _taken;

    private BodyBytes(BodyRoom room) => _room = room;

    /// <summary>Reads all of them.</summary>
    /// <param name="context">The request.</param>
    /// <param name="room">Of all bodies.</param>
    /// <param name="most">More are refused.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="RequestException">There are too many, of this body or of all.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, BodyRoom room, long most, CancellationToken cancellation)
    {
        BodyBytes body = new(room);
        most = Math.Min(most, Array.MaxLength);
        context.Response.RegisterForDispose(body);
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (body._count + read.Buffer.Length > most) throw new RequestException("body-too-large", $"The body is larger than {most} bytes.");
                body.Add(read.Buffer, Math.Min(most, context.Request.ContentLength ?? 2L * body._count));
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);      // where it is refused too: the connection goes on behind it
            }
            if (read.IsCompleted) return body.Release();
        }
    }

    public void Dispose() => _room.Give(_taken);

    /// <summary>All of them, which this keeps no longer; what they take counts on.</summary>
    private ReadOnlyMemory<byte> Release()
    {
        ReadOnlyMemory<byte> all = _bytes.AsMemory(0, _count);
        _bytes = [];
        return all;
    }

    /// <summary>Adds some. Up to ordinary size the array grows with what came, not with what was announced; then it is as large as expected.</summary>
    private void Add(ReadOnlySequence<byte> more, long expected)
    {
        int count = _count + (int)more.Length;
        if (count > _bytes.Length)
        {
            int size = count <= BodyRoom.Ordinary ? Math.Min(Math.Max(count, 2 * _bytes.Length), BodyRoom.Ordinary) : (int)Math.Max(count, expected);
            if (size > BodyRoom.Ordinary)
            {
                _room.Take(size - _taken);
                _taken = size;
            }
            byte[] larger = GC.AllocateUninitializedArray<byte>(size);
            _bytes.AsSpan(0, _count).CopyTo(larger);
            _bytes = larger;
        }
        more.CopyTo(_bytes.AsSpan(_count));
        _count = count;
    }
}
