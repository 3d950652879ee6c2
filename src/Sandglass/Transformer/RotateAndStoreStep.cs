using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Transformer;

/// <summary>Turns each token's queries and keys to its position, then puts keys and values into the cache.</summary>
internal sealed unsafe class RotateAndStoreStep(WorkerPool pool) : TokenJob(pool)
{
    private RotaryPositions _positions = null!;
    private TokenBuffer _queries = null!, _keys = null!, _values = null!;
    private SequenceCache _cache = null!;
    private int _layer;

    public void Run(RotaryPositions positions, int tokens, TokenBuffer queries, TokenBuffer keys, TokenBuffer values, SequenceCache cache, int layer)
    {
        (_positions, _queries, _keys, _values, _cache, _layer) = (positions, queries, keys, values, cache, layer);
        Run(tokens);
    }

    protected override void DoToken(int token)
    {
        _positions.Rotate(_queries.Row(token), _queries.Columns, token);
        _positions.Rotate(_keys.Row(token), _keys.Columns, token);
        _cache.Write(_layer, _positions.First + token, _keys.Row(token), _values.Row(token));
    }
}
