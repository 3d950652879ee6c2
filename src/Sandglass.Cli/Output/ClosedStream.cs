namespace Sandglass.Cli;

/// <summary>A stream that the caller closed before the tool began: writing to it fails, whatever the runtime has opened under its number since.</summary>
internal sealed class ClosedStream : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => throw new ClosedStreamException();

    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Something was written to a <see cref="ClosedStream"/>.</summary>
internal sealed class ClosedStreamException : IOException;
