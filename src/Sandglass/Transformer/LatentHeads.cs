using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>What latent attention computes on its way: each head by itself, since each has matrices of its own.</summary>
/// <param name="like">Any of the model's layers; all have the same widths.</param>
/// <param name="mode">How products with some matrices are computed.</param>
internal sealed class LatentHeads(int maxTokens, LatentAttention like, Func<Func<LatentAttention, IEnumerable<Linear>>, ComputeMode> mode) : IDisposable
{
    /// <summary>[token, queryRank], and in blocks; null where queries are not made of a latent vector.</summary>
    public TokenBuffer? QueryLatent { get; } =
        like.QueryDown is null ? null : new(maxTokens, like.QueryDown.Weights.Rows, mode(layer => [layer.Query]));

    /// <summary>[token, head, plain + rope]</summary>
    public TokenBuffer Queries { get; } = new(maxTokens, like.Query.Weights.Rows);

    /// <summary>[token, latent + rope]</summary>
    public TokenBuffer KeyValues { get; } = new(maxTokens, like.KeyDim);

    /// <summary>[head]: [token, plain], and in blocks.</summary>
    public TokenBuffer[] Plain { get; } = Each(like, () => new(maxTokens, like.PlainDim, mode(layer => layer.IntoLatent)));

    /// <summary>[head]: [token, latent], and in blocks: first its queries, then what it attended to.</summary>
    public TokenBuffer[] Latent { get; } = Each(like, () => new(maxTokens, like.ValueDim, mode(layer => layer.OutOfLatent)));

    /// <summary>[head]: [token, value].</summary>
    public TokenBuffer[] Values { get; } = Each(like, () => new(maxTokens, like.OutOfLatent[0].Weights.Rows));

    /// <summary>[token, head, value], and in blocks.</summary>
    public TokenBuffer Attended { get; } = new(maxTokens, like.Output.Weights.Columns, mode(layer => [layer.Output]));

    public void Dispose()
    {
        QueryLatent?.Dispose();
        foreach (TokenBuffer buffer in (TokenBuffer[])[Queries, KeyValues, .. Plain, .. Latent, .. Values, Attended])
            buffer.Dispose();
    }

    private static TokenBuffer[] Each(LatentAttention like, Func<TokenBuffer> make) => [.. Enumerable.Range(0, like.Heads).Select(_ => make())];
}
