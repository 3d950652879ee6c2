using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>A root mean square norm or, where the mean is subtracted, a LayerNorm: of the width of the model or of a run of values such as one head.</summary>
/// <param name="Weight">[count], of the values that are normed together.</param>
/// <param name="Epsilon">Added under the root.</param>
internal sealed unsafe record Norm(Vector Weight, float Epsilon)
{
    /// <summary>Whether the mean is subtracted first.</summary>
    public bool Centred { get; init; }

    /// <summary>[count], of a LayerNorm; null for none.</summary>
    public Vector? Bias { get; init; }

    /// <summary>to = norm(x), ready for the products that follow.</summary>
    public void Run(RunState state, TokenBuffer x, TokenBuffer to) => state.Norm.Run(x, state.Batch.Tokens, this, to);

    /// <summary>x += norm(part); the part is overwritten.</summary>
    public void AddTo(RunState state, TokenBuffer x, TokenBuffer part) => state.AddNorm.Run(x, part, state.Batch.Tokens, this);

    /// <summary>Norms one token's row, each run of as many values as there are weights by itself.</summary>
    /// <param name="x">[columns]</param>
    /// <param name="to">[columns]; may be <paramref name="x"/>.</param>
    public void Apply(float* x, int columns, float* to)
    {
        for (int from = 0; from < columns; from += Weight.Count)
        {
            if (Centred) LayerNorm.Apply(x + from, Weight.Values, Bias is null ? null : Bias.Values, Epsilon, Weight.Count, to + from);
            else RmsNorm.Apply(x + from, Weight.Values, Epsilon, Weight.Count, to + from);
        }
    }
}
