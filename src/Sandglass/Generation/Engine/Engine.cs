using System.Threading.Channels;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Sampling;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>The one thread that runs the model, and the queue before it.</summary>
internal sealed class Engine : IDisposable
{
    private const int RestPoll = 10;    // ms: while all texts rest, how soon a cancellation or a time limit is noticed

    private readonly Channel<Sequence> _queue = Channel.CreateUnbounded<Sequence>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Stack<IDisposable> _owned = new();     // freed last to first
    private readonly Thread _thread;
    private readonly Stepper _stepper;
    private readonly AutoResetEvent _wake = new(false);
    private volatile bool _closing;

    /// <summary>Reads the weights and starts the thread. A failure leaves nothing behind.</summary>
    /// <exception cref="ModelFileException">The file lacks something or holds what the engine cannot run.</exception>
    /// <param name="draft">The model that guesses, which has the same vocabulary; null for none.</param>
    public Engine(ModelFile file, Hyperparameters shape, ModelOptions options, (ModelFile File, Hyperparameters Shape)? draft = null)
    {
        Shape = shape;
        Options = options;
        if (options.Window > 0 && Architectures.For(shape, file.Metadata).HasLayerWindows)
            throw new GenerationException("window-in-layers", nameof(options.Window), $"0, since {shape.Architecture} models have windows of their own in some layers", $"{options.Window}");
        Context = options.Context > 0 ? options.Context : shape.ContextLength;
        Choosing = new SamplingBuffers(shape.VocabularySize);
        try
        {
            WorkerPool pool = Own(new WorkerPool(options.Threads > 0 ? options.Threads : Environment.ProcessorCount));
            LoadProgress? progress = options.LoadProgress is null ? null : new LoadProgress(options.LoadProgress, file.Tensors.Sum(t => t.ByteCount));
            Decoder model = Own(Decoder.Load(file, shape, options.Compute, pool, progress, options.Window, options.SinkTokens));
            (WeightBytesPerToken, QuantizedWeights) = (model.WeightBytesPerToken, model.QuantizedWeights);
            CacheShape cache = model.CacheShape(options.CacheType);
            Pages = Own(new PagePool(cache, CacheBudget.For(options, cache, Context), $"{file.Name} {options.Compute}"));
            if (draft is var (draftFile, draftShape)) Draft = Own(new DraftModel(draftFile, draftShape, options, pool));
            _stepper = new Stepper(model, Own(new TokenBuffer(StepBudget.Sequences, shape.VocabularySize)));
            _thread = new Thread(Serve) { IsBackground = true, Name = "sandglass engine" };
            _thread.Start();
        }
        catch
        {
            Free();
            throw;
        }
    }

    public Hyperparameters Shape { get; }

    public ModelOptions Options { get; }

    /// <summary>Positions that a sequence may take.</summary>
    public int Context { get; }

    /// <summary>Bytes of weights that one token reads on its way.</summary>
    public long WeightBytesPerToken { get; }

    /// <summary>Whether most weights are of quantised types.</summary>
    public bool QuantizedWeights { get; }

    public PagePool Pages { get; }

    /// <summary>What choosing tokens takes: for this engine's thread alone.</summary>
    public SamplingBuffers Choosing { get; }

    /// <summary>The model that guesses, or null.</summary>
    public DraftModel? Draft { get; }

    /// <summary>Puts a sequence in the queue; false where the engine is closed.</summary>
    public bool TrySubmit(Sequence sequence)
    {
        if (!_queue.Writer.TryWrite(sequence)) return false;
        Wake();
        return true;
    }

    /// <summary>Says that a sequence which rested may go on; from any thread.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Ends work in progress at its next token, turns the rest away, and frees everything.</summary>
    public void Dispose()
    {
        if (Thread.CurrentThread == _thread) throw new InvalidOperationException("A model cannot be disposed of from within its own progress reports.");
        if (!_queue.Writer.TryComplete()) return;

        _closing = true;
        Wake();
        _thread.Join();
        Free();
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
        Scheduler scheduler = _stepper.Scheduler;
        while (!scheduler.IsIdle || SomebodyComes())
        {
            while (_queue.Reader.TryRead(out Sequence? sequence))
                scheduler.Add(sequence);
            try
            {
                if (_closing) scheduler.Close();
                else if (!_stepper.Step() && !scheduler.IsIdle) _wake.WaitOne(RestPoll);
            }
            catch (Exception failure)
            {
                scheduler.Fail(failure);    // nobody's own: whoever is here hears of it, and the thread goes on
            }
        }
    }

    /// <summary>Sleeps until somebody comes; false where nobody will any more.</summary>
    private bool SomebodyComes() => _queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

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
