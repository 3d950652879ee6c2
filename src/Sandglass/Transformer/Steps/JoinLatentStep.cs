using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Makes queries, keys and values of latent attention as the cache has them: what is rotated, then the latent part, which is normed in keys.</summary>
internal sealed unsafe class JoinLatentStep(WorkerPool pool) : TokenJob(pool)
{
    private RunState _state = null!;
    private LatentAttention _attention = null!;

    public void Run(RunState state, LatentAttention attention)
    {
        (_state, _attention) = (state, attention);
        Run(state.Batch.Tokens, state.Queries.Columns + state.Keys.Columns);
    }

    protected override void DoToken(int token)
    {
        LatentHeads heads = _state.LatentHeads!;
        int rope = _attention.RopeDim, latent = _attention.ValueDim, plain = _attention.PlainDim;
        float* query = _state.Queries.Row(token), rotated = heads.Queries.Row(token) + plain;
        foreach (TokenBuffer head in heads.Latent)
        {
            Copy(rotated, rope, query);
            Copy(head.Row(token), latent, query + rope);
            query += rope + latent;
            rotated += plain + rope;
        }

        float* from = heads.KeyValues.Row(token), key = _state.Keys.Row(token);
        Copy(from + latent, rope, key);
        _attention.LatentNorm.Apply(from, latent, key + rope);
        Copy(key + rope, latent, _state.Values.Row(token));
    }

    private static void Copy(float* from, int count, float* to) => new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
}
