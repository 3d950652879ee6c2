using System.Collections.Frozen;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Sampling;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>The one thread that runs the model, and the queue before it. An engine that is stepped has none: its caller's thread takes each step.</summary>
internal sealed class Engine : IDisposable
{
    private const int RestPoll = 10;    // ms: while all texts rest, how soon a cancellation or a time limit is noticed

    private const int IdlePoll = 1000;  // ms: while nothing runs, how often unused pages are looked at
    private const int MostContext = 1 << 24;

    private readonly Channel<Sequence> _queue = Channel.CreateUnbounded<Sequence>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Stack<IDisposable> _owned = new();     // freed last to first
    private readonly Thread? _thread;    // null where the caller steps
    private readonly Stepper _stepper;
    private readonly AutoResetEvent _wake = new(false);
    private readonly long _started;
    private readonly EngineCounts _counts = new();
    private volatile bool _closing;
    private bool _isFreed;  // of a stepped engine

    /// <summary>Reads the weights and starts the thread. A failure leaves nothing behind.</summary>
    /// <exception cref="ModelFileException">The file lacks something or holds what the engine cannot run.</exception>
    /// <param name="draft">The drafting model, which has the same vocabulary; null for none.</param>
    /// <param name="cancellation">Ends the reading of weights with an <see cref="OperationCanceledException"/>.</param>
    public Engine(ModelFile file, Hyperparameters shape, ModelOptions options, (ModelFile File, Hyperparameters Shape)? draft = null,
        CancellationToken cancellation = default)
    {
        Shape = shape;
        // the caller's, which may hold the model that this thread must not keep alive
        Options = options with { LoadProgress = null, TenantWeights = options.TenantWeights.ToFrozenDictionary() };
        if (options.Window > 0 && Architectures.For(shape, file.Metadata).HasLayerWindows)
        {
            string expected = $"no window, since {shape.Architecture} models have windows of their own in some layers";
            throw new GenerationException("window-in-layers", nameof(options.Window), expected, $"{options.Window}");
        }
        int asked = options.Context > 0 ? options.Context : shape.ContextLength, context = Math.Min(asked, MostContext);
        Buffers = new SamplingBuffers(shape.VocabularySize);
        try
        {
            WorkerPool pool = Own(new WorkerPool(Host.Threads(options.Threads)));
            LoadProgress? progress = options.LoadProgress is null && !cancellation.CanBeCanceled ? null
                : new LoadProgress(options.LoadProgress, file.Tensors.Sum(t => t.ByteCount), cancellation);
            Decoder model = Own(Decoder.Load(file, shape, options.Compute, pool, progress, options.Window, options.SinkTokens));
            (WeightBytesPerToken, QuantizedWeights) = (model.WeightBytesPerToken, model.QuantizedWeights);
            CacheShape cache = model.CacheShape(options.CacheType);
            if (draft is var (draftFile, draftShape)) Draft = Own(new DraftModel(draftFile, draftShape, options, pool));
            Budget = CacheBudget.For(options, cache, Draft?.Shape, context);
            Context = options.CacheMemory > 0 || options.Window > 0 ? context : Budget.ContextWithin(context);
            if (Context < asked) ContextBeforeLimit = asked;
            Draft?.OpenPages(Budget.Draft);
            CachePart? part = null;
            if (options.SharedCache is SharedCache shared)
            {
                long brought = Budget.Own;
                Budget = Budget.Floor(Context);
                part = new CachePart(shared, brought, Budget.Own, Wake);
            }
            Pages = Own(new PagePool(cache, Budget.Own, $"{file.Name} {options.Compute}", Budget.Idle, part));
            Pages.Join();
            _started = options.Time.GetTimestamp();
            TokenBuffer logits = Own(new TokenBuffer(StepBudget.Sequences, shape.VocabularySize));
            Choosing choosing = new(pool, Buffers);
            WarmUpSequence.Run(new Stepper(model, logits, choosing), Pages);     // its steps count as nobody's
            EngineSpeed speed = new(options.Time);
            Room = new WaitingRoom(Options, speed, Pages);
            Reporter = Own(new BatchReporter(Pages, _counts, options.Time));
            _stepper = new Stepper(model, logits, choosing, new Scheduler(Options, Room, _counts), speed, options.Time, Reporter);
            progress?.Finish();
            if (options.IsStepped) return;
            _thread = new Thread(Serve) { IsBackground = true, Name = "sandglass engine" };
            _thread.UnsafeStart();  // without the loader's execution context: no AsyncLocal of its outlives it here
        }
        catch
        {
            Free();
            throw;
        }
    }

    public Hyperparameters Shape { get; }

    public ModelOptions Options { get; }

    /// <summary>Positions that a sequence may take: what was asked for, or what the model was trained for, as far as free memory holds it.</summary>
    public int Context { get; }

    /// <summary>What it would be with more memory; null where that changes nothing.</summary>
    public int? ContextBeforeLimit { get; }

    /// <summary>Bytes of all pages; of a shared budget those that are always this model's own.</summary>
    public CacheBudget Budget { get; }

    /// <summary>Bytes of weights that one token reads on its way.</summary>
    public long WeightBytesPerToken { get; }

    /// <summary>Whether most weights are of quantised types.</summary>
    public bool QuantizedWeights { get; }

    public PagePool Pages { get; }

    /// <summary>Readers to wake after the step: for this engine's thread alone.</summary>
    public Arrivals Arrivals { get; } = new();

    /// <summary>What choosing tokens takes: for this engine's thread alone.</summary>
    public SamplingBuffers Buffers { get; }

    /// <summary>The drafting model, or null.</summary>
    public DraftModel? Draft { get; }

    /// <summary>Where requests wait for their beginning.</summary>
    public WaitingRoom Room { get; }

    /// <summary>Tells those who watch what each step did.</summary>
    public BatchReporter Reporter { get; }

    /// <summary>What it is doing and has done.</summary>
    public EngineActivity Activity => _counts.Read(Room, Pages);

    /// <summary>Shares of tenants; they may be changed from any thread.</summary>
    public TenantWeights Weights => _stepper.Scheduler.Weights;

    /// <summary>Puts a sequence in the queue; false where the engine is closed.</summary>
    public bool TrySubmit(Sequence sequence)
    {
        if (!_queue.Writer.TryWrite(sequence)) return false;
        Wake();
        return true;
    }

    /// <summary>Says that a sequence which rested may go on; from any thread.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Ends work in progress at its next token and turns the rest away; returns when everything is freed.</summary>
    public void Dispose()
    {
        bool isOwn = _thread is not null && Thread.CurrentThread == _thread;
        if (isOwn) throw new InvalidOperationException("A model cannot be disposed of by its own engine's thread.");
        Close();
        if (_thread is not null) _thread.Join();
        else while (!_isFreed) Step();
    }

    /// <summary>Begins to do the same without waiting for it.</summary>
    public void Close()
    {
        _closing = true;
        _queue.Writer.TryComplete();
        Wake();
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
        while (!_stepper.Scheduler.IsIdle || HasRequest())
        {
            if (!Turn() && !_stepper.Scheduler.IsIdle) _wake.WaitOne(RestPoll);
        }
        Free();
    }

    /// <summary>
    /// Tells the models that share the budget what this one lacks, and gives them what it does not need; true where there is more to give. What was taken from
    /// a text of its own, which waits for it, is not given.
    /// </summary>
    private bool MeetOthers()
    {
        Pages.Tell();
        long owed = Pages.Owed;
        Scheduler scheduler = _stepper.Scheduler;
        return owed > 0 && !(Pages.Asks && scheduler.HasPreempted) && Pages.Give(owed, keep: scheduler.Promised);
    }

    /// <summary>One step of an engine that has no thread: what its thread would do before it looks for requests again. Calls follow each other, from whatever
    /// thread.</summary>
    /// <returns>Whether a token went through, or there is more memory to give to another model; false where nothing is under way, or all of it
    /// rests.</returns>
    /// <exception cref="InvalidOperationException">The engine has a thread.</exception>
    public bool Step()
    {
        if (_thread is not null) throw new InvalidOperationException("This engine has a thread of its own, which takes its steps.");
        if (_isFreed) return false;
        if (!_stepper.Scheduler.IsIdle || _queue.Reader.TryPeek(out _)) return Turn();
        _isFreed = _queue.Reader.Completion.IsCompleted;    // looked at once: it may be closed at any moment
        if (_isFreed)
        {
            Free();
            return false;
        }
        bool hasMore = MeetOthers();
        AgePages();
        return hasMore;
    }

    /// <summary>Takes in what waits, and all of it one step further; whether there is more to do at once.</summary>
    private bool Turn()
    {
        Scheduler scheduler = _stepper.Scheduler;
        while (_queue.Reader.TryRead(out Sequence? sequence))
            scheduler.Add(sequence);
        bool hasWorked = true;
        try
        {
            if (_closing) scheduler.Close();
            else hasWorked = _stepper.Step();
        }
        catch (Exception failure)
        {
            scheduler.Fail(failure);    // not caused by one sequence: fail all of them and keep serving
        }
        Arrivals.Wake();
        bool hasMore = MeetOthers();
        AgePages();
        return hasWorked || hasMore;
    }

    private void AgePages()
    {
        try
        {
            TimeSpan now = Options.Time.GetElapsedTime(_started);
            Pages.Age(now);
            Draft?.Pages.Age(now);
        }
        catch (Exception)
        {
            // The caller's clock fails: nothing ages.
        }
    }

    /// <summary>Blocks until a request arrives; false once the queue is closed. Meanwhile unused pages age.</summary>
    private bool HasRequest()
    {
        while (!_queue.Reader.TryPeek(out _))
        {
            if (_queue.Reader.Completion.IsCompleted) return false;
            if (MeetOthers()) continue;
            _wake.WaitOne(Pages.KeepsMemory || Draft is { Pages.KeepsMemory: true } ? IdlePoll : Timeout.Infinite);
            AgePages();
        }
        return true;
    }

    /// <summary>Adds up what workers report as they read, and relays the sum: never less than before, and never on a worker's thread.</summary>
    private sealed class LoadProgress(IProgress<(long Read, long Total)>? to, long total, CancellationToken cancellation) : IProgress<long>
    {
        private readonly ProgressRelay<(long Read, long Total)>? _relay = to is null || !Host.HasThreads ? null : new(to);
        private readonly Lock _one = new();
        private long _read;

        /// <exception cref="OperationCanceledException">Loading was cancelled.</exception>
        public void Report(long value)
        {
            cancellation.ThrowIfCancellationRequested();
            ThrowIfFailed();
            lock (_one)
            {
                _read += value;
                if (_relay is not null) _relay.Report((_read, total));
                else to?.Report((_read, total));    // there is no other thread, or nobody who asks
            }
        }

        /// <summary>Waits until the caller has got the last report.</summary>
        public void Finish()
        {
            _relay?.Delivered.Wait();
            ThrowIfFailed();
        }

        private void ThrowIfFailed()
        {
            if (_relay?.Failure is Exception failure) ExceptionDispatchInfo.Capture(failure).Throw();
        }
    }
}
