using System.Diagnostics;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>A model that runs, of any architecture: embedding, blocks, output. What differs between architectures is in their blocks.</summary>
internal sealed unsafe class Decoder : IDisposable
{
    /// <summary>The most tokens that go through at once; longer prompts go in chunks.</summary>
    public const int MaxBatch = 256;

    private readonly Model _model;
    private readonly RunState _state;
    private readonly int[] _rows = new int[MaxBatch];   // [row of logits]: its token

    /// <param name="model">Owned from here on.</param>
    /// <param name="window">Positions that a token sees; 0 for all, as the model has it.</param>
    /// <param name="sinkTokens">First positions that are seen beside the window.</param>
    public Decoder(Model model, ComputeMode compute, WorkerPool pool, int window = 0, int sinkTokens = 0)
    {
        _model = model;
        _state = new RunState(model, compute, MaxBatch, pool, window, sinkTokens);
    }

    /// <summary>Bytes of weights that one token reads on its way.</summary>
    public long WeightBytesPerToken => _model.BytesPerToken;

    /// <summary>Whether most weights are of quantised types.</summary>
    public bool QuantizedWeights => _model.Quantized;

    /// <summary>Reads a file's weights. A failure frees all that was read.</summary>
    /// <param name="progress">Reports the bytes of each stretch that was read, from several threads.</param>
    /// <exception cref="ModelFileException">The file lacks something, or holds what the engine cannot run.</exception>
    public static Decoder Load(
        ModelFile file, Hyperparameters shape, ComputeMode compute, WorkerPool pool, IProgress<long>? progress = null, int window = 0, int sinkTokens = 0)
    {
        using WeightReader reader = new(file, pool, progress);
        Model model = Architectures.For(shape, file.Metadata).Read(reader, shape);
        try
        {
            return new Decoder(model, compute, pool, window, sinkTokens);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What a position's keys and values take in caches for this model.</summary>
    public CacheShape CacheShape(CacheTypes types)
    {
        Hyperparameters shape = _model.Shape;
        return new CacheShape(shape.Layers, shape.KeyValueHeads, shape.KeyHeadDim, shape.ValueHeadDim, types)
        {
            Window = _state.Window,
            SinkTokens = _state.SinkTokens,
        };
    }

    /// <summary>Takes a batch through all blocks; its keys and values are in the caches afterwards, and <see cref="Logits"/> may be asked for.</summary>
    /// <remarks>Where it throws, no sequence is any longer than before.</remarks>
    public void Forward(Batch batch)
    {
        Debug.Assert(batch.Tokens is > 0 and <= MaxBatch);
        foreach (ref readonly Segment segment in batch.Segments)
            segment.Cache.Reserve(segment.EndPosition);
        _state.Begin(batch);

        Embed(batch);                                       // x: [token, width], the residual stream
        Block[] blocks = _model.Blocks;
        for (int layer = 0; layer < blocks.Length; layer++)
            blocks[layer].Run(_state, layer);               // x += attention, x += feed-forward part
        foreach (ref readonly Segment segment in batch.Segments)
        {
            segment.Cache.Commit(segment.EndPosition);
            Count(segment);
        }
    }

    /// <summary>The last block's output for some tokens of the last batch, normed: [row, width]. It is overwritten by the next call.</summary>
    /// <param name="rows">The tokens, counted in the batch.</param>
    public TokenBuffer Hidden(ReadOnlySpan<int> rows)
    {
        rows.CopyTo(_rows);
        _state.Norm.Run(_state.X, _rows, rows.Length, _model.OutputNorm, _state.Normed);
        return _state.Normed;
    }

    /// <summary>Scores of the whole vocabulary for some tokens of the last batch.</summary>
    /// <param name="rows">The tokens, counted in the batch.</param>
    /// <param name="to">[row, vocabulary]</param>
    public void Logits(ReadOnlySpan<int> rows, float* to)
    {
        _state.MatMul.Run(Hidden(rows).Input(rows.Length), _model.Output.To(to));
        _state.AdjustLogits.Run(to, (long)rows.Length * _model.Output.Weights.Rows, _model.LogitScale, _model.LogitCap);
        foreach (int row in rows)
            _state.Batch.Owner(row).Work.AddLogits(_model.Output.MultiplyAdds);
    }

    public void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
    }

    private void Embed(Batch batch)
    {
        foreach (ref readonly Segment segment in batch.Segments)
        {
            ReadOnlySpan<int> tokens = segment.Tokens.Span;
            for (int i = 0; i < tokens.Length; i++)
            {
                float* row = _state.X.Row(segment.FirstRow + i);
                _model.Embedding.ReadRow(tokens[i], row);
                if (_model.EmbeddingScale != 1) Scaling.Apply(row, _state.X.Columns, _model.EmbeddingScale);
            }
        }
    }

    /// <summary>The work of a segment, counted when all of it is done: a batch that fails on the way is computed again for its sequences one by one.</summary>
    private void Count(in Segment segment)
    {
        long tokens = segment.Tokens.Length;
        segment.Work.AddLayerTokenPasses(_model.Blocks.Length * tokens);
        foreach (Block block in _model.Blocks)
        {
            segment.Work.AddProjections(tokens * block.Attention.MultiplyAdds);
            segment.Work.AddFeedForward(tokens * block.FeedForward.MultiplyAdds);
            segment.Work.AddAttention(block.Attention.MultiplyAddsOf(segment, _state.Window, _state.SinkTokens));
            segment.Work.AddCacheBytes(segment.Cache.BytesOf(block.Attention.PositionsSeenBy(segment, _state.Window, _state.SinkTokens)));
        }
    }
}
