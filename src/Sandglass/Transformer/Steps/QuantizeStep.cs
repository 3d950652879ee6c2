using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Makes each token's blocks for the product that follows; nothing where products are in F32.</summary>
internal sealed class QuantizeStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _buffer = null!;
    private int _tokens;

    public void Run(TokenBuffer buffer, int tokens)
    {
        if (!buffer.IsQuantized) return;

        (_buffer, _tokens) = (buffer, tokens);
        Run(tokens, buffer.Columns);
    }

    protected override void DoToken(int token) => _buffer.Quantize(token, _tokens);
}
