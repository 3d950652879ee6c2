using System.Threading.Channels;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>The one thread that runs the model, and the queue before it.</summary>
internal sealed unsafe class Engine : IDisposable
{
    private readonly Channel<EngineJob> _queue = Channel.CreateUnbounded<EngineJob>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly Stack<IDisposable> _owned = new();     // freed last to first
    private readonly Thread _thread;
    private readonly Llama _model;

    /// <summary>Reads the weights and starts the thread. A failure leaves nothing behind.</summary>
    /// <exception cref="ModelFileException">The file lacks something or holds what the engine cannot run.</exception>
    public Engine(ModelFile file, Hyperparameters shape, ModelOptions options)
    {
        Shape = shape;
        Options = options;
        Context = options.Context > 0 ? options.Context : shape.ContextLength;
        BatchTokens = Math.Min(Llama.MaxBatch, Context);
        try
        {
            WorkerPool pool = Own(new WorkerPool(options.Threads > 0 ? options.Threads : Environment.ProcessorCount));
            LoadProgress? progress = options.LoadProgress is null ? null : new LoadProgress(options.LoadProgress, file.Tensors.Sum(t => t.ByteCount));
            using WeightReader reader = new(file, pool, progress);
            LlamaWeights weights = Own(LlamaWeights.Read(reader, shape));
            (WeightBytesPerToken, QuantizedWeights) = (weights.BytesPerToken, weights.Quantized);
            _model = Own(new Llama(shape, weights, options.Compute, BatchTokens, pool, Counters));
            Pages = Own(new PagePool(new CacheShape(shape.Layers, shape.KeyValueHeads, shape.KeyHeadDim, shape.ValueHeadDim, options.CacheType)));
            LogitRows = Own(new TokenBuffer(MaxLogitRows, shape.VocabularySize));
            _thread = new Thread(Serve) { IsBackground = true, Name = "sandglass engine" };
            _thread.Start();
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <summary>Rows of logits that are kept at once.</summary>
    public const int MaxLogitRows = 8;

    public Hyperparameters Shape { get; }

    public ModelOptions Options { get; }

    /// <summary>Positions that a sequence may take.</summary>
    public int Context { get; }

    /// <summary>Tokens that go through the model at once at most.</summary>
    public int BatchTokens { get; }

    public Counters Counters { get; } = new();

    /// <summary>Bytes of weights that one token reads on its way.</summary>
    public long WeightBytesPerToken { get; }

    /// <summary>Whether most weights are of quantised types.</summary>
    public bool QuantizedWeights { get; }

    public PagePool Pages { get; }

    /// <summary>[row, vocabulary]: the logits asked for last.</summary>
    private TokenBuffer LogitRows { get; }

    /// <summary>Puts work in the queue; false where the engine is closed.</summary>
    public bool TrySubmit(EngineJob job) => _queue.Writer.TryWrite(job);

    /// <summary>Sends neighbouring tokens of a sequence through the model. On the engine's thread only.</summary>
    public void Forward(SequenceCache cache, ReadOnlyMemory<int> tokens) => _model.Forward(new Batch(cache, tokens));

    /// <summary>Logits of one token of the last batch, [vocabulary]; good until the next call. On the engine's thread only.</summary>
    public Span<float> Logits(int token)
    {
        _model.Logits(token, 1, LogitRows.Values);
        return LogitRow(0);
    }

    /// <summary>Logits of several tokens of the last batch, at most <see cref="MaxLogitRows"/>; read them with <see cref="LogitRow"/>.</summary>
    public void ComputeLogits(int from, int count) => _model.Logits(from, count, LogitRows.Values);

    /// <summary>One row of what was computed last, [vocabulary].</summary>
    public Span<float> LogitRow(int row) => new(LogitRows.Row(row), Shape.VocabularySize);

    /// <summary>Ends work in progress at its next token, turns the rest away, and frees everything.</summary>
    public void Dispose()
    {
        if (Thread.CurrentThread == _thread) throw new InvalidOperationException("A model cannot be disposed of from within its own progress reports.");
        if (!_queue.Writer.TryComplete()) return;

        _closing.Cancel();
        _thread.Join();
        Free();
        _closing.Dispose();
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }

    private void Free()
    {
        while (_owned.TryPop(out IDisposable? part))
            part.Dispose();
    }

    private void Serve()
    {
        ChannelReader<EngineJob> queue = _queue.Reader;
        while (queue.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (queue.TryRead(out EngineJob? job))
            {
                if (_closing.IsCancellationRequested) job.Refuse();
                else job.Run(this, _closing.Token);
            }
        }
    }

    /// <summary>Adds up what workers report as they read, and tells it one report after the other, never less than before.</summary>
    private sealed class LoadProgress(IProgress<(long Read, long Total)> to, long total) : IProgress<long>
    {
        private readonly Lock _one = new();
        private long _read;

        public void Report(long value)
        {
            lock (_one)
            {
                _read += value;
                to.Report((_read, total));
            }
        }
    }
}
