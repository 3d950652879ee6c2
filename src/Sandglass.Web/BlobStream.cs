using System.Runtime.Versioning;

namespace Sandglass.Web;

/// <summary>A file of the browser, or bytes that were fetched, as a stream: read in pieces where the engine wants them, so that no second copy of a model is in
/// memory.</summary>
[SupportedOSPlatform("browser")]
internal sealed class BlobStream(long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, length - Position);
        if (count <= 0) return 0;
        int read = Browser.ReadFile(Position, buffer[..count]);
        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => length + offset };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
