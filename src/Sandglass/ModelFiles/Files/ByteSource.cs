using Microsoft.Win32.SafeHandles;

namespace Sandglass.ModelFiles;

/// <summary>Bytes that several threads can read at any offset: a file, or a stream inside the program.</summary>
internal sealed class ByteSource : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly Stream? _stream;

    private ByteSource(string name, SafeFileHandle? file, Stream? stream, long length)
    {
        Name = name;
        _file = file;
        _stream = stream;
        Length = length;
    }

    /// <summary>The name that the caller gave; errors show it.</summary>
    public string Name { get; }

    /// <summary>The total number of bytes when it was opened.</summary>
    public long Length { get; }

    public static ByteSource OfStream(Stream stream, string name)
    {
        if (!stream.CanSeek || !stream.CanRead) Fail.Unreadable(name, "a stream that can only be read in order");
        return new ByteSource(name, null, stream, stream.Length);
    }

    public static ByteSource OfFile(string path)
    {
        if (!FileKind.IsSpellable(path)) Fail.Unreadable(path, "a lone surrogate in its path, which UTF-8 cannot spell");
        if (Directory.Exists(path)) Fail.IsDirectory(path);
        if (!File.Exists(path)) Fail.Missing(path);
        SafeFileHandle? file = null;
        try
        {
            file = FileKind.OpenToRead(path);
            return new ByteSource(path, file, null, RandomAccess.GetLength(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            file?.Dispose();
            Fail.Unreadable(path, e.Message);
            throw;
        }
    }

    /// <summary>Fills <paramref name="destination"/> with the bytes at <paramref name="offset"/>.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            while (destination.Length > 0)
            {
                int read = _file is not null ? RandomAccess.Read(_file, destination, offset) : ReadStream(offset, destination);
                if (read == 0) Fail.Shrunk(Name, Length, offset);
                destination = destination[read..];
                offset += read;
            }
        }
        catch (IOException e)
        {
            Fail.Unreadable(Name, e.Message);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _stream?.Dispose();
    }

    private int ReadStream(long offset, Span<byte> destination)
    {
        lock (_stream!)   // a stream has a single position
        {
            _stream.Position = offset;
            return _stream.Read(destination);
        }
    }
}
