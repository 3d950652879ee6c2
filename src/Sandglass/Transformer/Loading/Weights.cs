using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>All matrices and vectors of a model, whichever parts compute with them: counted and freed together.</summary>
/// <param name="memory">What the matrices lie in; null where only their shapes were read.</param>
internal sealed class Weights(PagedMemory? memory) : IDisposable
{
    private readonly List<WeightMatrix> _matrices = [];
    private readonly List<Vector> _vectors = [];

    public IReadOnlyList<WeightMatrix> Matrices => _matrices;

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => _matrices.Sum(matrix => matrix.Bytes) + _vectors.Sum(vector => (long)sizeof(float) * vector.Count);

    /// <summary>A new matrix without values.</summary>
    public WeightMatrix Matrix(Panels panels, int rows, int columns)
    {
        WeightMatrix matrix = new(panels, rows, columns, memory);
        _matrices.Add(matrix);
        return matrix;
    }

    /// <summary>A new vector with undefined values.</summary>
    public Vector Vector(int count)
    {
        Vector vector = new(count);
        _vectors.Add(vector);
        return vector;
    }

    public void Dispose()
    {
        _vectors.ForEach(vector => vector.Dispose());
        memory?.Dispose();
    }
}
