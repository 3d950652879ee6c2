using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>
/// Norms each token's queries and keys where the layer has such norms, rotates them to its position unless the layer has no rope, then writes keys and values
/// into its sequence's cache.
/// </summary>
/// <remarks>Where there are sink tokens beside a window, queries are rotated a second time for them.</remarks>
/// <param name="sinks">Queries for the sink tokens, and the one position that all of them have; null without sink tokens.</param>
internal sealed unsafe class RotateAndStoreStep(WorkerPool pool, (TokenBuffer Queries, RotaryPositions Position)? sinks) : TokenJob(pool)
{
    private Batch _batch = null!;
    private AttentionPart _attention = null!;
    private RotaryPositions _positions = null!;
    private TokenBuffer _queries = null!, _keys = null!, _values = null!;
    private int _layer;

    public void Run(RunState state, AttentionPart attention, int layer)
    {
        (_batch, _attention, _layer) = (state.Batch, attention, layer);
        (_positions, _queries, _keys, _values) = (state.Positions, state.Queries, state.Keys, state.Values);
        Run(_batch.Tokens, _queries.Columns + _keys.Columns);
    }

    protected override void DoToken(int token)
    {
        _attention.QueryNorm?.Apply(_queries.Row(token), _queries.Columns, _queries.Row(token));
        _attention.KeyNorm?.Apply(_keys.Row(token), _keys.Columns, _keys.Row(token));
        if (sinks is (TokenBuffer rotated, RotaryPositions position))
        {
            new Span<float>(_queries.Row(token), _queries.Columns).CopyTo(new Span<float>(rotated.Row(token), rotated.Columns));
            if (_attention.Rotates) position.Rotate(rotated.Row(token), rotated.Columns, 0);
        }
        if (_attention.Rotates)
        {
            _positions.Rotate(_queries.Row(token), _queries.Columns, token);
            _positions.Rotate(_keys.Row(token), _keys.Columns, token);
        }
        ref readonly Segment segment = ref _batch.Owner(token);
        segment.Cache.Write(_layer, segment.Position(token), _keys.Row(token), _values.Row(token));
    }
}
