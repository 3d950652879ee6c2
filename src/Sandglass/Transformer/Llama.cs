using System.Diagnostics;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Tracing;

namespace Sandglass.Transformer;

/// <summary>Architecture <c>llama</c> (Llama 1 to 3, Mistral, TinyLlama, SmolLM2). Source: Touvron et al. 2023, arXiv:2302.13971.</summary>
/// <remarks>Holds the activations of one batch; the weights are shared and never change.</remarks>
internal sealed unsafe class Llama : IDisposable
{
    /// <summary>Tokens that go through at once at most; longer prompts go in pieces.</summary>
    public const int MaxBatch = 256;

    private readonly Hyperparameters _shape;
    private readonly LlamaWeights _weights;
    private readonly Counters _counters;

    private readonly TokenBuffer _x;                                     // [token, width], the residual stream
    private readonly TokenBuffer _normed;                                // [token, width]
    private readonly TokenBuffer _queries, _keys, _values, _attended;    // [token, head, headDim]
    private readonly TokenBuffer _gate, _up;                             // [token, ffnWidth]
    private readonly RotaryPositions _positions;

    private readonly NormStep _norm;
    private readonly RotateAndStoreStep _rotateAndStore;
    private readonly SwiGluStep _swiGlu;
    private readonly QuantizeStep _quantize;
    private readonly Attention _attention;
    private readonly MatMul _matMul;

    /// <param name="maxTokens">Tokens of a batch at most, up to <see cref="MaxBatch"/>.</param>
    public Llama(Hyperparameters shape, LlamaWeights weights, ComputeMode compute, int maxTokens, WorkerPool pool, Counters counters)
    {
        (_shape, _weights, _counters) = (shape, weights, counters);
        bool fast = compute == ComputeMode.Fast;
        LlamaBlock[] blocks = weights.Blocks;

        bool normedInt8 = fast && (weights.Output.Panels.Quantized || blocks.Any(b => b.Query.Panels.Quantized || b.Key.Panels.Quantized || b.Value.Panels.Quantized || b.Gate.Panels.Quantized || b.Up.Panels.Quantized));
        _x = new TokenBuffer(maxTokens, shape.Width);
        _normed = new TokenBuffer(maxTokens, shape.Width, normedInt8);
        _queries = new TokenBuffer(maxTokens, shape.Heads * shape.KeyHeadDim);
        _keys = new TokenBuffer(maxTokens, shape.KeyValueHeads * shape.KeyHeadDim);
        _values = new TokenBuffer(maxTokens, shape.KeyValueHeads * shape.ValueHeadDim);
        _attended = new TokenBuffer(maxTokens, shape.Heads * shape.ValueHeadDim, fast && blocks.Any(b => b.AttentionOutput.Panels.Quantized));
        _gate = new TokenBuffer(maxTokens, shape.FeedForwardWidth, fast && blocks.Any(b => b.Down.Panels.Quantized));
        _up = new TokenBuffer(maxTokens, shape.FeedForwardWidth);
        _positions = new RotaryPositions(RopeFrequencies.From(shape, weights.RopeFactors), maxTokens, shape.KeyHeadDim, interleaved: true);

        _norm = new NormStep(pool);
        _rotateAndStore = new RotateAndStoreStep(pool);
        _swiGlu = new SwiGluStep(pool);
        _quantize = new QuantizeStep(pool);
        _attention = new Attention(pool);
        _matMul = new MatMul(pool);
    }

    /// <summary>Sends a batch through all blocks; its keys and values are in the cache afterwards, and <see cref="Logits"/> may be asked for.</summary>
    public void Forward(Batch batch)
    {
        int tokens = batch.Tokens.Length;
        Debug.Assert(tokens > 0 && tokens <= _x.Tokens);
        batch.Cache.Reserve(batch.FirstPosition + tokens);
        _positions.Set(batch.FirstPosition, tokens);

        Embed(batch.Tokens.Span);
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            LlamaBlock block = _weights.Blocks[layer];

            _norm.Run(_x, 0, tokens, block.AttentionNorm, _shape.RmsEpsilon, _normed);
            ProjectQkv(block, tokens);
            _rotateAndStore.Run(_positions, tokens, _queries, _keys, _values, batch.Cache, layer);
            Attend(batch, layer);                                   // reads the cache only, so that a chunked prompt and a single token see the same bits
            AddAttention(block, tokens);

            _norm.Run(_x, 0, tokens, block.FeedForwardNorm, _shape.RmsEpsilon, _normed);
            ProjectGateUp(block, tokens);
            _swiGlu.Run(_gate, _up, tokens);
            AddFeedForward(block, tokens);
        }
        batch.Cache.Commit(batch.FirstPosition + tokens);
        _counters.AddLayerTokenPasses((long)_shape.Layers * tokens);
    }

    /// <summary>Scores of the whole vocabulary for some tokens of the last batch.</summary>
    /// <param name="from">The first token, counted in the batch.</param>
    /// <param name="to">[count, vocabulary]</param>
    public void Logits(int from, int count, float* to)
    {
        _norm.Run(_x, from, count, _weights.OutputNorm, _shape.RmsEpsilon, _normed);
        _matMul.Run(_normed.Input(count), new MatMulTarget { Weights = _weights.Output, Output = to });
        _counters.AddLogits((long)count * _shape.VocabularySize * _shape.Width);
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _x, _normed, _queries, _keys, _values, _attended, _gate, _up, _positions, _attention, _matMul })
            part.Dispose();
    }

    private void Embed(ReadOnlySpan<int> tokens)
    {
        for (int i = 0; i < tokens.Length; i++)
            _weights.Embedding.ReadRow(tokens[i], _x.Row(i));
    }

    private void ProjectQkv(LlamaBlock block, int tokens)
    {
        _matMul.Run(
            _normed.Input(tokens),
            Into(_queries, block.Query, block.QueryBias),
            Into(_keys, block.Key, block.KeyBias),
            Into(_values, block.Value, block.ValueBias));
        _counters.AddProjections((long)tokens * _shape.Width * (_queries.Columns + _keys.Columns + _values.Columns));
    }

    private void Attend(Batch batch, int layer)
    {
        int tokens = batch.Tokens.Length;
        _attention.Run(new AttentionTask
        {
            Queries = _queries.Values,
            Output = _attended.Values,
            KeyPages = batch.Cache.KeyPages(layer),
            ValuePages = batch.Cache.ValuePages(layer),
            Type = batch.Cache.Shape.Type,
            Tokens = tokens,
            FirstPosition = batch.FirstPosition,
            Heads = _shape.Heads,
            KvHeads = _shape.KeyValueHeads,
            KeyDim = _shape.KeyHeadDim,
            ValueDim = _shape.ValueHeadDim,
            Scale = 1f / MathF.Sqrt(_shape.KeyHeadDim),
        });
        long visible = tokens * (long)batch.FirstPosition + (long)tokens * (tokens + 1) / 2; // 1 + 2 + … beyond what came before
        _counters.AddAttention(visible * _shape.Heads * (_shape.KeyHeadDim + _shape.ValueHeadDim));
    }

    private void AddAttention(LlamaBlock block, int tokens)
    {
        _quantize.Run(_attended, tokens);
        _matMul.Run(_attended.Input(tokens), AddTo(_x, block.AttentionOutput, block.AttentionOutputBias));
        _counters.AddProjections((long)tokens * _shape.Width * _attended.Columns);
    }

    private void ProjectGateUp(LlamaBlock block, int tokens)
    {
        _matMul.Run(_normed.Input(tokens), Into(_gate, block.Gate, block.GateBias), Into(_up, block.Up, block.UpBias));
        _counters.AddFeedForward(2L * tokens * _shape.Width * _shape.FeedForwardWidth);
    }

    private void AddFeedForward(LlamaBlock block, int tokens)
    {
        _matMul.Run(_gate.Input(tokens), AddTo(_x, block.Down, block.DownBias));
        _counters.AddFeedForward((long)tokens * _shape.Width * _shape.FeedForwardWidth);
    }

    private static MatMulTarget Into(TokenBuffer output, WeightMatrix weights, Vector? bias) => new()
    {
        Weights = weights,
        Bias = bias is null ? null : bias.Values,
        Output = output.Values,
    };

    private static MatMulTarget AddTo(TokenBuffer output, WeightMatrix weights, Vector? bias) => Into(output, weights, bias) with { Add = true };
}
