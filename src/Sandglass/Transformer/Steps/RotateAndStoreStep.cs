using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Rotates each token's queries and keys to its position, then writes keys and values into its sequence's cache.</summary>
/// <remarks>Where there are sink tokens beside a window, queries are rotated a second time for them.</remarks>
/// <param name="sinks">Queries for the sink tokens, and the one position that all of them have; null without sink tokens.</param>
internal sealed unsafe class RotateAndStoreStep(WorkerPool pool, (TokenBuffer Queries, RotaryPositions Position)? sinks) : TokenJob(pool)
{
    private Batch _batch = null!;
    private RotaryPositions _positions = null!;
    private TokenBuffer _queries = null!, _keys = null!, _values = null!;
    private int _layer;

    public void Run(Batch batch, RotaryPositions positions, TokenBuffer queries, TokenBuffer keys, TokenBuffer values, int layer)
    {
        (_batch, _positions, _queries, _keys, _values, _layer) = (batch, positions, queries, keys, values, layer);
        Run(batch.Tokens, queries.Columns + keys.Columns);
    }

    protected override void DoToken(int token)
    {
        if (sinks is (TokenBuffer rotated, RotaryPositions position))
        {
            new Span<float>(_queries.Row(token), _queries.Columns).CopyTo(new Span<float>(rotated.Row(token), rotated.Columns));
            position.Rotate(rotated.Row(token), rotated.Columns, 0);
        }
        _positions.Rotate(_queries.Row(token), _queries.Columns, token);
        _positions.Rotate(_keys.Row(token), _keys.Columns, token);
        ref readonly Segment segment = ref _batch.Owner(token);
        segment.Cache.Write(_layer, segment.Position(token), _keys.Row(token), _values.Row(token));
    }
}
