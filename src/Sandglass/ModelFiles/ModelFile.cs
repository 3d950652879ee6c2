using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>An open model file. Its metadata and tensor descriptions are read and checked; the values stay in the file until they are asked for.</summary>
/// <remarks>GGUF versions 2 and 3, little-endian, whole or split. Thread-safe, except for <see cref="Dispose"/>.</remarks>
public sealed class ModelFile : IDisposable
{
    private readonly IReadOnlyList<ByteSource> _parts;
    private readonly Dictionary<string, TensorInfo> _byName;

    private ModelFile(IReadOnlyList<ByteSource> parts, GgufHeader first, IReadOnlyList<TensorInfo> tensors, Dictionary<string, TensorInfo> byName)
    {
        _parts = parts;
        _byName = byName;
        Version = first.Version;
        Metadata = first.Metadata;
        Tensors = tensors;
    }

    /// <summary>The name that the caller gave; of a split file the first part.</summary>
    public string Name => _parts[0].Name;

    /// <summary>The version of the format.</summary>
    public int Version { get; }

    /// <summary>The metadata; of a split file that of the first part.</summary>
    public Metadata Metadata { get; }

    /// <summary>The size of all parts in bytes.</summary>
    public long Length => _parts.Sum(part => part.Length);

    /// <summary>All tensors, in the order of the file.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>Opens a model file; of a split one the first part (<c>…-00001-of-0000N.gguf</c>), which opens all.</summary>
    /// <exception cref="ModelFileException">There is no such file, or it cannot be read.</exception>
    public static ModelFile Open(string path) => Open(ByteSource.OfFile(path), isFile: true);

    /// <summary>Opens a model in a stream, for instance a resource of an assembly; the model file owns the stream from then on.</summary>
    internal static ModelFile Open(Stream seekable, string name) => Open(ByteSource.OfStream(seekable, name), isFile: false);

    /// <summary>The tensor of this name, or null.</summary>
    public TensorInfo? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads bytes of a tensor's values as they are stored, beginning at <paramref name="offset"/> in the tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer bytes.</exception>
    /// <exception cref="ModelFileException">The file can no longer be read.</exception>
    public void Read(TensorInfo tensor, long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > tensor.ByteCount - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset,
                $"Tensor {tensor.Name} has {tensor.ByteCount} bytes; {destination.Length} were asked for.");
        _parts[tensor.Part].Read(tensor.Offset + offset, destination);
    }

    /// <summary>Like <see cref="Read"/>, of whole blocks; fails where a value or a scale in them is infinite or NaN.</summary>
    internal void ReadFinite(TensorInfo tensor, long offset, Span<byte> destination)
    {
        Read(tensor, offset, destination);
        long block = FiniteScan.FirstNonFinite(tensor.Type, destination);
        if (block >= 0)
            Fail.NotFinite(_parts[tensor.Part].Name, tensor, (offset / TensorGeometry.BlockBytes(tensor.Type) + block) * TensorGeometry.BlockSize(tensor.Type));
    }

    /// <summary>The bytes of each entry, as the (first) file has them: a copy needs them where a string is not UTF-8.</summary>
    internal IEnumerable<(MetadataRange Range, byte[] Bytes)> RawEntries()
    {
        foreach (MetadataRange range in GgufHeader.Read(_parts[0], part: 0, wantRanges: true).Ranges)
        {
            byte[] bytes = new byte[range.End - range.Start];
            _parts[0].Read(range.Start, bytes);
            yield return (range, bytes);
        }
    }

    /// <summary>First 16 hex digits of the SHA-256 of the file, of a split one of all parts one after the other.</summary>
    internal string Hash(CancellationToken cancellation = default)
    {
        int part = 0;
        long at = 0;
        Span<byte> hash = stackalloc byte[Sha256.HashBytes];
        Sha256.Hash(
            to =>
            {
                cancellation.ThrowIfCancellationRequested();
                if (at == _parts[part].Length) (part, at) = (part + 1, 0);
                if (part == _parts.Count) return 0;
                int bytes = (int)Math.Min(to.Length, _parts[part].Length - at);
                _parts[part].Read(at, to[..bytes]);
                at += bytes;
                return bytes;
            },
            hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    /// <summary>The paths of all parts.</summary>
    internal IEnumerable<string> Paths => _parts.Select(part => part.Name);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        foreach (ByteSource part in _parts) part.Dispose();
    }

    private static ModelFile Open(ByteSource source, bool isFile)
    {
        List<ByteSource> parts = [source];
        try
        {
            GgufHeader first = GgufHeader.Read(source, part: 0);
            List<TensorInfo> tensors = [.. first.Tensors];
            SplitModel.OpenRest(first, isFile, parts, tensors);

            Dictionary<string, TensorInfo> byName = new(tensors.Count, StringComparer.Ordinal);
            foreach (TensorInfo tensor in tensors)
            {
                if (!byName.TryAdd(tensor.Name, tensor)) Fail.Duplicate(parts[tensor.Part].Name, $"tensor {Fail.Short(tensor.Name)}");
            }
            return new ModelFile(parts, first, tensors, byName);
        }
        catch
        {
            foreach (ByteSource part in parts) part.Dispose();
            throw;
        }
    }
}
