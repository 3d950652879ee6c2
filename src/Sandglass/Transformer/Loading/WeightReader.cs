using System.Runtime.InteropServices;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>Reads a file's tensors into the engine's own layout, a few rows at a time, so that no tensor is in memory twice.</summary>
/// <param name="pool">The workers that pack; null for a dry run, which checks every tensor's name, shape and type and leaves the values in the file.</param>
internal sealed unsafe class WeightReader(ModelFile file, WorkerPool? pool, IProgress<long>? progress) : IDisposable
{
    private const long StretchBytes = 64 << 20;

    private readonly PackJob? _job = pool is null ? null : new PackJob(file, pool, progress);
    private readonly HashSet<string> _asked = [];

    /// <summary>Tensors of the file that have not been asked for.</summary>
    public IEnumerable<string> Unasked => file.Tensors.Select(tensor => tensor.Name).Where(name => !_asked.Contains(name));

    /// <summary>What has been read so far; the model that keeps it disposes of it.</summary>
    public Weights Weights { get; } = new(pool is null ? null : new PagedMemory(StretchBytes));

    public Metadata Metadata => file.Metadata;

    /// <summary>Whether the file has the tensor.</summary>
    public bool Has(string name) => file.Find(name) is not null;

    /// <summary>A matrix of exactly this shape.</summary>
    /// <exception cref="ModelFileException">It is absent, of another shape, of a type without a kernel, or holds values that are not finite.</exception>
    public WeightMatrix Matrix(string name, int rows, int columns)
    {
        return Slice(Find(name, rows, columns), 0, rows, columns);
    }

    /// <summary>Matrices of this shape that the file stacks in one tensor, one after the other.</summary>
    /// <exception cref="ModelFileException">As of a single one.</exception>
    public WeightMatrix[] Matrices(string name, int count, int rows, int columns)
    {
        TensorInfo tensor = Find(name, (long)count * rows, columns);
        return [.. Enumerable.Range(0, count).Select(i => Slice(tensor, (long)i * rows, rows, columns))];
    }

    /// <summary>A vector in F32, or null where the file has none.</summary>
    public Vector? OptionalVector(string name, int count) => Has(name) ? Vector(name, count) : null;

    /// <summary>A vector in F32.</summary>
    /// <exception cref="ModelFileException">It is absent, of another length, or holds values that are not finite.</exception>
    public Vector Vector(string name, int count)
    {
        TensorInfo tensor = FindVector(name, count);
        Vector vector = Weights.Vector(count);
        if (_job is not null) Read(tensor, vector.Span);
        return vector;
    }

    /// <summary>The values of a vector that is not kept, or null where the file has none.</summary>
    public float[]? OptionalValues(string name, int count)
    {
        if (!Has(name)) return null;
        float[] values = new float[count];
        TensorInfo tensor = FindVector(name, count);
        if (_job is not null) Read(tensor, values);
        return values;
    }

    public void Dispose() => _job?.Dispose();

    private WeightMatrix Slice(TensorInfo tensor, long firstRow, int rows, int columns)
    {
        Panels panels = Panels.For(tensor.Type) ?? throw WrongType(tensor, $"one that the engine computes with ({ComputedTypes.Names})");
        WeightMatrix matrix = Weights.Matrix(panels, rows, columns);
        _job?.Run(tensor, firstRow, matrix);
        return matrix;
    }

    private void Read(TensorInfo tensor, Span<float> to)
    {
        byte[] bytes = new byte[tensor.ByteCount];
        file.ReadFinite(tensor, 0, bytes);
        Dequantizer.Dequantize(tensor.Type, bytes, to);
        progress?.Report(tensor.ByteCount);
    }

    private TensorInfo FindVector(string name, int count)
    {
        TensorInfo tensor = Find(name, 1, count);
        return Dequantizer.Supports(tensor.Type) ? tensor : throw WrongType(tensor, "one that the engine reads");
    }

    private ModelFileException WrongType(TensorInfo tensor, string expected) =>
        new("tensor-type-unsupported", file.Name, $"tensor {tensor.Name}, type", expected, tensor.Type.ToString());

    private TensorInfo Find(string name, long rows, long columns)
    {
        _asked.Add(name);
        TensorInfo tensor = file.Find(name)
            ?? throw new ModelFileException("tensor-missing", file.Name, $"tensor {name}", $"a tensor of {columns} x {rows}", "none");
        if (tensor.Columns != columns || tensor.Rows != rows)
            throw new ModelFileException("tensor-shape", file.Name, $"tensor {name}, shape", $"{columns} x {rows}",
                tensor.Shape.Count == 0 ? "a single value" : string.Join(" x ", tensor.Shape));
        return tensor;
    }

    /// <summary>Packs panels in parallel; a task part is a run of panels of about a megabyte.</summary>
    private sealed class PackJob(ModelFile file, WorkerPool pool, IProgress<long>? progress) : Job, IDisposable
    {
        private const long StagingBytes = 1 << 20;

        private readonly nint[] _staging = new nint[pool.Threads];
        private readonly long[] _stagingBytes = new long[pool.Threads];
        private TensorInfo _tensor = null!;
        private WeightMatrix _matrix = null!;
        private long _rowBytes, _firstByte;
        private int _panelsPerPart;

        public void Run(TensorInfo tensor, long firstRow, WeightMatrix matrix)
        {
            _tensor = tensor;
            _matrix = matrix;
            _rowBytes = tensor.ByteCount / tensor.Rows;
            _firstByte = firstRow * _rowBytes;
            int share = (matrix.PanelCount + pool.Threads - 1) / pool.Threads;  // of an expert, which is small
            _panelsPerPart = (int)Math.Clamp(StagingBytes / (_rowBytes * Panels.Rows), 1, share);
            pool.Run(this, (matrix.PanelCount + _panelsPerPart - 1) / _panelsPerPart);
        }

        public override void Do(int part, int worker)
        {
            int from = part * _panelsPerPart, to = Math.Min(from + _panelsPerPart, _matrix.PanelCount);
            long before = from * Panels.Rows * _rowBytes;
            long count = Math.Min(to * (long)Panels.Rows, _matrix.Rows) * _rowBytes - before;
            byte* staging = Staging(worker, count);
            Span<byte> bytes = new(staging, checked((int)count));
            file.ReadFinite(_tensor, _firstByte + before, bytes);
            for (int panel = from; panel < to; panel++)
            {
                int rows = Math.Min(Panels.Rows, _matrix.Rows - panel * Panels.Rows);
                _matrix.Panels.Pack(staging + (long)(panel - from) * Panels.Rows * _rowBytes, rows, _matrix.Columns, _matrix.Panel(panel));
            }
            progress?.Report(count);
        }

        public void Dispose()
        {
            foreach (nint memory in _staging)
                NativeMemory.Free((void*)memory);
        }

        private byte* Staging(int worker, long bytes)
        {
            if (_stagingBytes[worker] < bytes)
            {
                NativeMemory.Free((void*)_staging[worker]);
                (_staging[worker], _stagingBytes[worker]) = (0, 0); // the next line may fail, and what is freed must not be used again
                _staging[worker] = (nint)NativeMemory.Alloc((nuint)bytes);
                _stagingBytes[worker] = bytes;
            }
            return (byte*)_staging[worker];
        }
    }
}
