using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace Sandglass.Generation;

/// <summary>What one sequence hands out and one caller reads, in order and bounded: the engine's thread writes, the caller's side reads, and neither waits
/// for the other.</summary>
/// <remarks>
/// When <see cref="Most"/> items are unread, or they take <see cref="MostBytes"/>, the sequence rests until half of them are read, so a slow reader costs memory
/// for that many and no neighbour any time.
/// A caller that only asks for the outcome reads nothing: then items beyond that are dropped, and whoever asks for them afterwards is refused.
/// Not a channel: that one keeps its last waiting reader alive, and a reader that its caller has dropped must be collected.
/// </remarks>
internal sealed class OutputQueue<T> : IValueTaskSource<bool>
    where T : class
{
    /// <summary><see cref="Most"/> where nothing else is said.</summary>
    public const int DefaultMost = 1024;

    private readonly Lock _lock = new();
    private readonly Queue<T> _items = [];
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Action? _wake;
    private readonly Arrivals? _arrivals;
    private readonly Action _arrive;
    private ManualResetValueTaskSourceCore<bool> _arrival = new() { RunContinuationsAsynchronously = true };    // of the next item or the end
    private Reading _reading;
    private bool _isAwaited, _isOver, _rests;
    private long _bytes;        // of the items
    private Exception? _failure;
    private Action? _cancelled;
    private object? _keeper;

    /// <param name="wake">Tells the engine's thread, which may sleep while all its sequences rest, that something has changed.</param>
    /// <param name="keeper">Stays alive until the sequence ends: the model, which may be collected once neither the caller nor a sequence needs it.</param>
    /// <param name="arrivals">Wakes the reader when the step is over; null to wake it at once.</param>
    public OutputQueue(Action? wake = null, object? keeper = null, Arrivals? arrivals = null)
    {
        (_wake, _keeper, _arrivals) = (wake, keeper, arrivals);
        _arrive = () => _arrival.SetResult(true);
    }

    /// <summary>Items that wait for their reader before the sequence rests. Its last step may add more than one.</summary>
    public int Most { get; init; } = DefaultMost;

    /// <summary>What the items that wait may take in memory before the sequence rests.</summary>
    public long MostBytes { get; init; } = long.MaxValue;

    /// <summary>What an item takes; null where they are alike, and <see cref="Most"/> bounds them.</summary>
    public Func<T, long>? BytesOf { get; init; }

    /// <summary>Cancelled when the caller has no more use for the sequence.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Whether nothing but the caller ends the sequence: when only its outcome is asked for it is then cancelled at a quarter of the limit, or it
    /// would go on for ever.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Whether the caller has begun to read.</summary>
    public bool IsBeingRead
    {
        get
        {
            lock (_lock) return _reading == Reading.Items;
        }
    }

    /// <summary>Items that wait for their reader.</summary>
    public int Unread
    {
        get
        {
            lock (_lock) return _items.Count;
        }
    }

    /// <summary>Whether the reader is so far behind that the sequence rests. Asked by the engine's thread, before each step.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                if (_reading is Reading.OutcomeOnly or Reading.Dropped) return _rests = false;
                return _rests = _rests ? !IsHalfRead : _items.Count >= Most || _bytes >= MostBytes;
            }
        }
    }

    /// <summary>Hands an item out. Called by the engine's thread.</summary>
    public void Put(T item)
    {
        bool drops, arrives;
        lock (_lock)
        {
            drops = (_items.Count >= (IsEndless ? Most / 4 : Most) || _bytes >= (IsEndless ? MostBytes / 4 : MostBytes)) && _reading == Reading.OutcomeOnly;
            if (drops)
            {
                _reading = Reading.Dropped;
                _items.Clear();
                _items.TrimExcess();
                _bytes = 0;
            }
            if (_reading == Reading.Dropped) arrives = false;
            else
            {
                _items.Enqueue(item);
                _bytes += BytesOf?.Invoke(item) ?? 0;
                arrives = TakeReader();
            }
        }
        if (arrives && _arrivals is not null) _arrivals.Add(_arrive);
        else if (arrives) _arrive();
        if (drops && IsEndless) Cancel();
    }

    /// <summary>Nothing more will come.</summary>
    /// <param name="failure">What the reader hears after the last item; null for a plain end.</param>
    public void End(Exception? failure = null)
    {
        bool arrives;
        lock (_lock)
        {
            if (_isOver) return;
            (_isOver, _failure, _keeper, _cancelled) = (true, failure, null, null);
            arrives = TakeReader();
        }
        if (!arrives) return;
        if (failure is null) _arrival.SetResult(false);
        else _arrival.SetException(failure);
    }

    /// <summary>Ends the sequence at its next token.</summary>
    public void Cancel()
    {
        _cancellation.Cancel();
        Action? cancelled;
        lock (_lock) cancelled = _cancelled;
        cancelled?.Invoke();
        _wake?.Invoke();
    }

    /// <summary>Has this called when the sequence is cancelled, until it ends. Who asks whether it was cancelled after this misses nothing.</summary>
    public void Watch(Action cancelled)
    {
        lock (_lock)
        {
            if (!_isOver) _cancelled = cancelled;
        }
    }

    /// <summary>The caller asks for the outcome: unless it reads as well, the sequence goes on without a reader.</summary>
    public void AskForOutcome()
    {
        bool rested;
        lock (_lock)
        {
            if (_reading != Reading.Nothing) return;
            _reading = Reading.OutcomeOnly;
            rested = _rests;
        }
        if (rested) _wake?.Invoke();
    }

    /// <summary>The caller's own object is gone: with nothing asked for, or with a reader that was never disposed of, so is the use of the sequence.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            if (_isOver || _reading is Reading.OutcomeOnly or Reading.Dropped) return;
        }
        Cancel();
    }

    /// <summary>The caller begins to read.</summary>
    /// <exception cref="InvalidOperationException">A reader was here before, or items were dropped.</exception>
    public void BeginReading()
    {
        lock (_lock)
        {
            if (_reading == Reading.Items) throw new InvalidOperationException("The tokens of a generation are handed out once.");
            if (_reading == Reading.Dropped)
            {
                throw new InvalidOperationException(
                    $"More than {Most} tokens{(BytesOf is null ? "" : $", or {MostBytes} bytes of steps,")} came while only the result was asked for, " +
                    "so none was kept. Read before asking for the result.");
            }
            _reading = Reading.Items;
        }
    }

    /// <summary>Waits for the next item; false after the last one. One wait at a time.</summary>
    public ValueTask<bool> WaitAsync()
    {
        lock (_lock)
        {
            if (_items.Count > 0) return new ValueTask<bool>(true);
            if (_isOver) return _failure is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(_failure);
            _isAwaited = true;
            return new ValueTask<bool>(this, _arrival.Version);
        }
    }

    /// <summary>Takes the next item where one is there.</summary>
    public bool TryRead([NotNullWhen(true)] out T? item)
    {
        bool goesOn;
        lock (_lock)
        {
            if (!_items.TryDequeue(out item)) return false;
            _bytes -= BytesOf?.Invoke(item) ?? 0;
            goesOn = _rests && IsHalfRead;
            if (goesOn) _rests = false;
        }
        if (goesOn) _wake?.Invoke();
        return true;
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        try
        {
            return _arrival.GetResult(token);
        }
        finally
        {
            _arrival.Reset();   // lets go of the reader
        }
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _arrival.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _arrival.OnCompleted(continuation, state, token, flags);

    private bool IsHalfRead => _items.Count <= Most / 2 && _bytes <= MostBytes / 2;

    /// <summary>Whether a reader waits, which the caller of this then wakes.</summary>
    private bool TakeReader()
    {
        bool waits = _isAwaited;
        _isAwaited = false;
        return waits;
    }

    /// <summary>What the caller does with the output.</summary>
    private enum Reading
    {
        /// <summary>Nothing so far: the items wait, up to the limit.</summary>
        Nothing,

        /// <summary>It asked for the outcome and does not read.</summary>
        OutcomeOnly,

        /// <summary>It asked for the outcome alone, and items were dropped.</summary>
        Dropped,

        /// <summary>It reads, or has read.</summary>
        Items,
    }
}
