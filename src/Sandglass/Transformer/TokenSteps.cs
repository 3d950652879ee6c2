using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Transformer;

/// <summary>Normalises each token and makes it ready for the products that follow.</summary>
internal sealed unsafe class NormStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _x = null!, _to = null!;
    private Vector _weight = null!;
    private float _epsilon;
    private int _from, _tokens;

    /// <param name="from">The first token; it and those after it go to the start of <paramref name="to"/>.</param>
    public void Run(TokenBuffer x, int from, int tokens, Vector weight, float epsilon, TokenBuffer to)
    {
        (_x, _from, _tokens, _weight, _epsilon, _to) = (x, from, tokens, weight, epsilon, to);
        Run(tokens);
    }

    protected override void DoToken(int token)
    {
        RmsNorm.Apply(_x.Row(_from + token), _weight.Values, _epsilon, _x.Columns, _to.Row(token));
        _to.Quantize(token, _tokens);
    }
}

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

/// <summary>The gated activation of each token, made ready for the product that follows.</summary>
internal sealed unsafe class SwiGluStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _gate = null!, _up = null!;
    private int _tokens;

    public void Run(TokenBuffer gate, TokenBuffer up, int tokens)
    {
        (_gate, _up, _tokens) = (gate, up, tokens);
        Run(tokens);
    }

    protected override void DoToken(int token)
    {
        SwiGlu.Apply(_gate.Row(token), _up.Row(token), _gate.Columns);
        _gate.Quantize(token, _tokens);
    }
}

/// <summary>Makes each token of a buffer ready for the product that follows.</summary>
internal sealed class QuantizeStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _buffer = null!;
    private int _tokens;

    public void Run(TokenBuffer buffer, int tokens)
    {
        if (!buffer.IsQuantized) return;

        (_buffer, _tokens) = (buffer, tokens);
        Run(tokens);
    }

    protected override void DoToken(int token) => _buffer.Quantize(token, _tokens);
}
