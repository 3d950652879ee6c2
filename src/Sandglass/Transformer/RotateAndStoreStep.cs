using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Turns each token's queries and keys to its position, then puts keys and values into its sequence's cache.</summary>
internal sealed unsafe class RotateAndStoreStep(WorkerPool pool) : TokenJob(pool)
{
    private Batch _batch = null!;
    private RotaryPositions _positions = null!;
    private TokenBuffer _queries = null!, _keys = null!, _values = null!;
    private int _layer;

    public void Run(Batch batch, RotaryPositions positions, TokenBuffer queries, TokenBuffer keys, TokenBuffer values, int layer)
    {
        (_batch, _positions, _queries, _keys, _values, _layer) = (batch, positions, queries, keys, values, layer);
        Run(batch.Tokens);
    }

    protected override void DoToken(int token)
    {
        _positions.Rotate(_queries.Row(token), _queries.Columns, token);
        _positions.Rotate(_keys.Row(token), _keys.Columns, token);
        ref readonly Segment segment = ref _batch.Owner(token);
        segment.Cache.Write(_layer, segment.Position(token), _keys.Row(token), _values.Row(token));
    }
}
