using System.Diagnostics;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>Architecture <c>llama</c> (Llama 1 to 3, Mistral, TinyLlama, SmolLM2). Source: Touvron et al. 2023, arXiv:2302.13971.</summary>
/// <remarks>Holds the activations of one batch; the weights are shared and never change.</remarks>
internal sealed unsafe class Llama : IDisposable
{
    /// <summary>Tokens that go through at once at most; longer prompts go in pieces.</summary>
    public const int MaxBatch = 256;

    private readonly Hyperparameters _shape;
    private readonly LlamaWeights _weights;

    private readonly TokenBuffer _x;                                     // [token, width], the residual stream
    private readonly TokenBuffer _normed;                                // [token, width]
    private readonly TokenBuffer _queries, _keys, _values, _attended;    // [token, head, headDim]
    private readonly TokenBuffer _gate, _up;                             // [token, ffnWidth]
    private readonly RotaryPositions _positions;
    private readonly int _window, _sinks;                                // positions seen, 0 for all, and the first ones beside them
    private readonly TokenBuffer? _sinkQueries;                          // [token, head, headDim]
    private readonly RotaryPositions? _sinkPosition;

    private readonly NormStep _norm;
    private readonly RotateAndStoreStep _rotateAndStore;
    private readonly QuantizePagesStep _quantizePages;
    private readonly SwiGluStep _swiGlu;
    private readonly QuantizeStep _quantize;
    private readonly Attention _attention;
    private readonly MatMul _matMul;
    private readonly GatedProduct _gatedProduct;
    private readonly List<AttentionTask> _attentions = [];              // one a segment
    private readonly int[] _rows;                                       // [row of logits]: its token

    private Batch _batch = null!;                                       // the last one

    /// <param name="maxTokens">Tokens of a batch at most, up to <see cref="MaxBatch"/>.</param>
    /// <param name="window">Positions that a token sees; 0 for all, as the architecture has it.</param>
    /// <param name="sinks">First positions that are seen beside the window.</param>
    public Llama(Hyperparameters shape, LlamaWeights weights, ComputeMode compute, int maxTokens, WorkerPool pool, int window = 0, int sinks = 0)
    {
        (_window, _sinks) = (window, window == 0 ? 0 : sinks);
        (_shape, _weights) = (shape, weights);
        _rows = new int[maxTokens];
        LlamaBlock[] blocks = weights.Blocks;

        bool normedQuantized = weights.Output.Panels.Quantized || blocks.Any(b => b.Query.Panels.Quantized || b.Key.Panels.Quantized || b.Value.Panels.Quantized || b.Gate.Panels.Quantized || b.Up.Panels.Quantized);
        _x = new TokenBuffer(maxTokens, shape.Width);
        _normed = new TokenBuffer(maxTokens, shape.Width, Products(normedQuantized));
        _queries = new TokenBuffer(maxTokens, shape.Heads * shape.KeyHeadDim);
        _keys = new TokenBuffer(maxTokens, shape.KeyValueHeads * shape.KeyHeadDim);
        _values = new TokenBuffer(maxTokens, shape.KeyValueHeads * shape.ValueHeadDim);
        _attended = new TokenBuffer(maxTokens, shape.Heads * shape.ValueHeadDim, Products(blocks.Any(b => b.AttentionOutput.Panels.Quantized)));
        _gate = new TokenBuffer(maxTokens, shape.FeedForwardWidth, Products(blocks.Any(b => b.Down.Panels.Quantized)));
        _up = new TokenBuffer(maxTokens, shape.FeedForwardWidth);
        RopeFrequencies frequencies = RopeFrequencies.From(shape, weights.RopeFactors);
        _positions = new RotaryPositions(frequencies, maxTokens, shape.KeyHeadDim, interleaved: true);
        if (_sinks > 0)
        {
            _sinkQueries = new TokenBuffer(maxTokens, shape.Heads * shape.KeyHeadDim);
            _sinkPosition = new RotaryPositions(frequencies, 1, shape.KeyHeadDim, interleaved: true);
            _sinkPosition.Set(_sinks + _window - 1);    // a query's place in a full cache, whatever its true one: farther than that the model was never trained
        }

        _norm = new NormStep(pool);
        _rotateAndStore = new RotateAndStoreStep(pool, _sinkQueries is null ? null : (_sinkQueries, _sinkPosition!));
        _quantizePages = new QuantizePagesStep(pool);
        _swiGlu = new SwiGluStep(pool);
        _quantize = new QuantizeStep(pool);
        _attention = new Attention(pool);
        _matMul = new MatMul(pool);
        _gatedProduct = new GatedProduct(pool);

        ComputeMode Products(bool quantizedWeights) => quantizedWeights ? compute : ComputeMode.Exact; // float types are multiplied in F32 in every mode
    }

    /// <summary>Sends a batch through all blocks; its keys and values are in the caches afterwards, and <see cref="Logits"/> may be asked for.</summary>
    /// <remarks>Where it throws, no sequence is any longer than before.</remarks>
    public void Forward(Batch batch)
    {
        int tokens = batch.Tokens;
        Debug.Assert(tokens > 0 && tokens <= _x.Tokens);
        _batch = batch;
        foreach (ref readonly Segment segment in batch.Segments)
            segment.Cache.Reserve(segment.EndPosition);
        _positions.Set(batch);

        Embed(batch);
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            LlamaBlock block = _weights.Blocks[layer];

            _norm.Run(_x, tokens, block.AttentionNorm, _shape.RmsEpsilon, _normed);
            ProjectQkv(block, tokens);
            _rotateAndStore.Run(batch, _positions, _queries, _keys, _values, layer);
            _quantizePages.Run(batch, layer);
            Attend(batch, layer);                                   // reads the caches only, so that a chunked prompt and a single token see the same bits
            AddAttention(block, tokens);

            _norm.Run(_x, tokens, block.FeedForwardNorm, _shape.RmsEpsilon, _normed);
            Gate(block, tokens);
            AddFeedForward(block, tokens);
        }
        foreach (ref readonly Segment segment in batch.Segments)
        {
            segment.Cache.Commit(segment.EndPosition);
            Count(segment);
        }
    }

    /// <summary>Scores of the whole vocabulary for some tokens of the last batch.</summary>
    /// <param name="rows">The tokens, counted in the batch.</param>
    /// <param name="to">[rows, vocabulary]</param>
    public void Logits(ReadOnlySpan<int> rows, float* to)
    {
        rows.CopyTo(_rows);
        _norm.Run(_x, _rows, rows.Length, _weights.OutputNorm, _shape.RmsEpsilon, _normed);
        _matMul.Run(_normed.Input(rows.Length), new MatMulTarget { Weights = _weights.Output, Output = to });
        foreach (int row in rows)
            _batch.Owner(row).Work.AddLogits((long)_shape.VocabularySize * _shape.Width);
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _x, _normed, _queries, _keys, _values, _attended, _gate, _up, _positions, _attention, _matMul })
            part.Dispose();
        _sinkQueries?.Dispose();
        _sinkPosition?.Dispose();
    }

    private void Embed(Batch batch)
    {
        foreach (ref readonly Segment segment in batch.Segments)
        {
            ReadOnlySpan<int> tokens = segment.Tokens.Span;
            for (int i = 0; i < tokens.Length; i++)
                _weights.Embedding.ReadRow(tokens[i], _x.Row(segment.FirstRow + i));
        }
    }

    private void ProjectQkv(LlamaBlock block, int tokens)
    {
        _matMul.Run(
            _normed.Input(tokens),
            Into(_queries, block.Query, block.QueryBias),
            Into(_keys, block.Key, block.KeyBias),
            Into(_values, block.Value, block.ValueBias));
    }

    private void Attend(Batch batch, int layer)
    {
        _attentions.Clear();
        foreach (ref readonly Segment segment in batch.Segments)
        {
            int tokens = segment.Tokens.Length;
            _attentions.Add(new AttentionTask
            {
                Queries = _queries.Row(segment.FirstRow),
                Output = _attended.Row(segment.FirstRow),
                KeyPages = segment.Cache.KeyPages(layer),
                ValuePages = segment.Cache.ValuePages(layer),
                WrittenKeyPages = segment.Cache.WrittenKeyPages(layer),
                WrittenValuePages = segment.Cache.WrittenValuePages(layer),
                Types = segment.Cache.Shape.Types,
                Tokens = tokens,
                FirstPosition = segment.FirstPosition - segment.Cache.RemovedPositions,
                Window = _window,
                SinkTokens = _sinks,
                SinkQueries = _sinkQueries is null ? null : _sinkQueries.Row(segment.FirstRow),
                Heads = _shape.Heads,
                KvHeads = _shape.KeyValueHeads,
                KeyDim = _shape.KeyHeadDim,
                ValueDim = _shape.ValueHeadDim,
                Scale = 1f / MathF.Sqrt(_shape.KeyHeadDim),
            });
        }
        _attention.Run(_attentions);
    }

    private void AddAttention(LlamaBlock block, int tokens)
    {
        _quantize.Run(_attended, tokens);
        _matMul.Run(_attended.Input(tokens), AddTo(_x, block.AttentionOutput, block.AttentionOutputBias));
    }

    private void Gate(LlamaBlock block, int tokens)
    {
        Activations from = _normed.Input(tokens), to = _gate.Input(tokens);
        if (block.Down.InIntegers(to) && GatedProduct.CanDo(from, block.Gate, block.Up, to))
        {
            _gatedProduct.Run(from, block.Gate, ValuesOf(block.GateBias), block.Up, ValuesOf(block.UpBias), to);
            return;
        }
        _matMul.Run(from, Into(_gate, block.Gate, block.GateBias), Into(_up, block.Up, block.UpBias));
        _swiGlu.Run(_gate, _up, tokens);
    }

    private void AddFeedForward(LlamaBlock block, int tokens)
    {
        _matMul.Run(_gate.Input(tokens), AddTo(_x, block.Down, block.DownBias));
    }

    /// <summary>The work of a segment, counted when all of it is done: a batch that fails on the way is done again by its sequences alone.</summary>
    private void Count(in Segment segment)
    {
        long tokens = segment.Tokens.Length, layerTokens = _shape.Layers * tokens;
        long visible = tokens * segment.FirstPosition + tokens * (tokens + 1) / 2; // 1 + 2 + … beyond what came before
        for (long seen = segment.EndPosition; _window > 0 && seen > Math.Max(segment.FirstPosition, _window + _sinks); seen--)
            visible -= seen - _window - _sinks;
        segment.Work.AddLayerTokenPasses(layerTokens);
        segment.Work.AddProjections(layerTokens * _shape.Width * (_queries.Columns + _keys.Columns + _values.Columns + _attended.Columns));
        segment.Work.AddFeedForward(3 * layerTokens * _shape.Width * _shape.FeedForwardWidth);
        segment.Work.AddAttention(_shape.Layers * visible * _shape.Heads * (_shape.KeyHeadDim + _shape.ValueHeadDim));
    }

    private static MatMulTarget Into(TokenBuffer output, WeightMatrix weights, Vector? bias) => new()
    {
        Weights = weights,
        Bias = ValuesOf(bias),
        Output = output.Values,
    };

    private static MatMulTarget AddTo(TokenBuffer output, WeightMatrix weights, Vector? bias) => Into(output, weights, bias) with { Add = true };

    private static float* ValuesOf(Vector? vector) => vector is null ? null : vector.Values;
}
