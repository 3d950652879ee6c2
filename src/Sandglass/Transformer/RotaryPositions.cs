using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Cosines and sines of a batch's positions, made once for all layers.</summary>
internal sealed unsafe class RotaryPositions(RopeFrequencies frequencies, int tokens, int headDim, bool interleaved) : IDisposable
{
    private readonly int _pairs = frequencies.Radians.Length;
    private readonly TokenBuffer _cosines = new(tokens, Math.Max(1, frequencies.Radians.Length));
    private readonly TokenBuffer _sines = new(tokens, Math.Max(1, frequencies.Radians.Length));

    /// <summary>Position of the batch's first token.</summary>
    public int First { get; private set; }

    public void Set(int first, int count)
    {
        First = first;
        for (int token = 0; token < count; token++)
            Rope.Angles(first + token, frequencies.Radians, frequencies.Scale, _cosines.Row(token), _sines.Row(token));
    }

    /// <param name="x">[heads, headDim] of one token.</param>
    /// <param name="columns">heads * headDim.</param>
    public void Rotate(float* x, int columns, int token) =>
        Rope.Rotate(x, columns / headDim, headDim, _pairs, interleaved, _cosines.Row(token), _sines.Row(token));

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
