using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>A product with a matrix, to which a bias may be added.</summary>
/// <param name="weights">[rows, columns]</param>
/// <param name="bias">[rows], or null.</param>
internal sealed unsafe class Linear(WeightMatrix weights, Vector? bias)
{
    /// <summary>[rows, columns]</summary>
    public WeightMatrix Weights => weights;

    /// <summary>[rows], or null.</summary>
    public float* Bias => bias is null ? null : bias.Values;

    /// <summary>Multiply-adds of one token.</summary>
    public long MultiplyAdds => (long)weights.Rows * weights.Columns;

    /// <summary>The product for each token of a buffer, [token, rows].</summary>
    /// <param name="add">Whether it is added to what the buffer holds.</param>
    public MatMulTarget To(TokenBuffer output, bool add = false) => To(output.Values, add);

    /// <inheritdoc cref="To(TokenBuffer, bool)"/>
    public MatMulTarget To(float* output, bool add = false) => new() { Weights = weights, Bias = Bias, Output = output, Add = add };
}
