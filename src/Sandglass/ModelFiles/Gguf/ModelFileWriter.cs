using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>Writes a GGUF file, version 3: entries and tensors in the order they were added, aligned as ggml aligns them.</summary>
internal sealed class ModelFileWriter
{
    private const int DefaultAlignment = 32;

    private readonly GgufEncoder _entries = new();
    private readonly GgufEncoder _infos = new();
    private readonly List<(long ByteCount, Action<Stream> Write)> _tensors = [];
    private int _entryCount;
    private long _dataLength;
    private long _alignment = DefaultAlignment;

    /// <summary>
    /// Adds an entry: a value as <see cref="Metadata"/> holds it. An alignment (<c>general.alignment</c>, a uint) must come before the tensors.
    /// </summary>
    public void Add(string key, object value)
    {
        if (key == "general.alignment" && value is uint alignment)
        {
            if (_tensors.Count > 0) throw new InvalidOperationException("The alignment must be known before the first tensor.");
            _alignment = alignment;
        }
        _entries.String(key);
        _entries.Value(value);
        _entryCount++;
    }

    /// <summary>Adds an entry as bytes: the key with its length, the type, the value.</summary>
    public void AddRaw(ReadOnlySpan<byte> entry)
    {
        _entries.Raw(entry);
        _entryCount++;
    }

    /// <summary>Adds a tensor with its values as they are to be stored. <paramref name="shape"/> is [columns, rows, …].</summary>
    public void Add(string name, TensorType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> values)
    {
        long byteCount = Add(name, type, shape, destination => destination.Write(values.Span));
        if (byteCount != values.Length) throw new ArgumentException($"Tensor {name} needs {byteCount} bytes, not {values.Length}.", nameof(values));
    }

    /// <summary>Adds a tensor whose values are written together with the file; returns the number of bytes that <paramref name="write"/> must write.</summary>
    public long Add(string name, TensorType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        _infos.String(name);
        _infos.UInt32((uint)shape.Length);
        long count = 1;
        foreach (long dimension in shape)
        {
            _infos.UInt64((ulong)dimension);
            count = checked(count * dimension);
        }
        _infos.UInt32((uint)type);
        _infos.UInt64((ulong)_dataLength);

        long byteCount = TensorGeometry.ByteCount(type, count);
        _tensors.Add((byteCount, write));
        _dataLength += Padded(byteCount);
        return byteCount;
    }

    /// <summary>Sets the alignment where its entry was added as bytes.</summary>
    public void AlignTo(long alignment) => _alignment = alignment;

    /// <summary>Writes the whole file.</summary>
    public void WriteTo(Stream destination)
    {
        GgufEncoder head = new();
        head.Raw("GGUF"u8);
        head.UInt32(3);
        head.UInt64((ulong)_tensors.Count);
        head.UInt64((ulong)_entryCount);
        head.CopyTo(destination);
        _entries.CopyTo(destination);
        _infos.CopyTo(destination);
        Pad(destination, head.Length + _entries.Length + _infos.Length);

        foreach ((long byteCount, Action<Stream> write) in _tensors)
        {
            long start = destination.Position;
            write(destination);
            if (destination.Position - start != byteCount)
                throw new InvalidOperationException($"A tensor of {byteCount} bytes wrote {destination.Position - start}.");
            Pad(destination, byteCount);
        }
    }

    /// <summary>The whole file as bytes, for small models.</summary>
    public byte[] ToArray()
    {
        using MemoryStream bytes = new();
        WriteTo(bytes);
        return bytes.ToArray();
    }

    private long Padded(long length) => (length + _alignment - 1) / _alignment * _alignment;

    private void Pad(Stream destination, long length)
    {
        for (long i = length; i < Padded(length); i++) destination.WriteByte(0);
    }
}
