using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Cosines and sines of a batch's positions, computed once for all layers.</summary>
internal sealed unsafe class RotaryPositions(RopeFrequencies frequencies, int tokens, int headDim, RopePairs pairs) : IDisposable
{
    private readonly int _pairs = frequencies.Radians.Length;
    private readonly TokenBuffer _cosines = new(tokens, Math.Max(1, frequencies.Radians.Length));
    private readonly TokenBuffer _sines = new(tokens, Math.Max(1, frequencies.Radians.Length));

    /// <summary>Computes the positions of a batch, each in its token's row.</summary>
    public void Set(Batch batch)
    {
        foreach (ref readonly Segment segment in batch.Segments)
        {
            for (int row = segment.FirstRow; row < segment.EndRow; row++)
                Rope.Angles(segment.Position(row), frequencies.Radians, frequencies.Scale, _cosines.Row(row), _sines.Row(row));
        }
    }

    /// <summary>Computes one position, in the first row.</summary>
    public void Set(int position) => Rope.Angles(position, frequencies.Radians, frequencies.Scale, _cosines.Row(0), _sines.Row(0));

    /// <param name="x">[heads, headDim] of one token.</param>
    /// <param name="columns">heads * headDim.</param>
    public void Rotate(float* x, int columns, int row) =>
        Rope.Rotate(x, columns / headDim, headDim, _pairs, pairs == RopePairs.Neighbours, _cosines.Row(row), _sines.Row(row));

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
