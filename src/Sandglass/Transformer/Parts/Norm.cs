namespace Sandglass.Transformer;

/// <summary>A root mean square norm over the width of the model.</summary>
/// <param name="Weight">[width]</param>
/// <param name="Epsilon">Added under the root.</param>
internal sealed record Norm(Vector Weight, float Epsilon)
{
    /// <summary>to = norm(x), ready for the products that follow.</summary>
    public void Run(RunState state, TokenBuffer x, TokenBuffer to) => state.Norm.Run(x, state.Batch.Tokens, this, to);

    /// <summary>x += norm(part); the part is overwritten.</summary>
    public void AddTo(RunState state, TokenBuffer x, TokenBuffer part) => state.AddNorm.Run(x, part, state.Batch.Tokens, this);
}
