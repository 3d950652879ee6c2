using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>A given text whose hidden states are averaged. It needs no logits, and shares no pages: the hidden state of every token is wanted.</summary>
/// <remarks>
/// Each element is summed in double, position by position: so the sum is the same in whatever chunks and company the text is read, and also where it was
/// preempted and is read again.
/// </remarks>
internal sealed class EmbeddedSequence : Sequence
{
    private readonly EmbeddingOptions _options;
    private readonly double[] _sum;     // [width]
    private readonly TaskCompletionSource<Embedding> _embedding = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _callersToken;
    private readonly Action? _wake;
    private Action? _watcher;
    private object? _keeper;
    private int _pooled;

    /// <param name="width">Of a hidden state.</param>
    /// <param name="ticket">By which it is served.</param>
    /// <param name="wake">Tells the engine's thread that the caller cancelled.</param>
    /// <param name="keeper">Stays alive until the sequence ends: the model.</param>
    public EmbeddedSequence(
        int[] text, EmbeddingOptions options, PagePool pages, int width, Ticket? ticket = null, Action? wake = null, object? keeper = null,
        CancellationToken cancellation = default)
        : base(text, text.Length, pages, new SequenceGroup(new RowShare(ticket)))
    {
        (_options, _sum, _cancellation, _keeper) = (options, new double[width], cancellation, keeper);
        _wake = wake;
        _callersToken = cancellation.UnsafeRegister(static sequence => ((EmbeddedSequence)sequence!).Cancelled(), this);
    }

    /// <summary>Done when all of the text has been read.</summary>
    public Task<Embedding> Embedding => _embedding.Task;

    public override int LongestChunk => _options.PrefillChunk > 0 ? _options.PrefillChunk : int.MaxValue;

    public override int FirstScored => int.MaxValue;

    public override int FirstPooled => _pooled;     // one that was preempted reads its text again, but does not add it twice

    public override void CheckInterruption()
    {
        if (_cancellation.IsCancellationRequested) Fail(new OperationCanceledException(_cancellation));
    }

    /// <summary>A full fence: what asks after this whether it was cancelled misses nothing.</summary>
    public override void Watch(Action cancelled) => Interlocked.Exchange(ref _watcher, cancelled);

    public override void ChunkRead() { }

    public override void Take(ReadOnlySpan<float> logits) { }

    public override void Pool(ReadOnlySpan<float> hidden)
    {
        for (int i = 0; i < hidden.Length; i++) _sum[i] += hidden[i];
        IsOver = ++_pooled == Length;
    }

    public override void Close() => Fail(new ObjectDisposedException("LanguageModel", "The model was disposed of before the text was embedded."));

    protected override void Complete(long cacheBytes)
    {
        Embedding embedding = new(Normalised(), Length);
        LetGo();
        _embedding.TrySetResult(embedding);
    }

    protected override void Complete(Exception failure)
    {
        LetGo();
        if (failure is OperationCanceledException) _embedding.TrySetCanceled(_cancellation);
        else _embedding.TrySetException(failure);
        _ = _embedding.Task.Exception;  // observed: a caller that is refused never gets the task
    }

    private void Cancelled()
    {
        Volatile.Read(ref _watcher)?.Invoke();
        _wake?.Invoke();
    }

    private void LetGo()
    {
        _callersToken.Unregister();     // it may live much longer than this
        _keeper = null;
    }

    /// <summary>The sum, at length 1: the mean's direction.</summary>
    private float[] Normalised()
    {
        double squares = 0;
        foreach (double element in _sum) squares += element * element;
        double length = Math.Sqrt(squares);
        if (!double.IsFinite(length) || length == 0)
            throw new GenerationException("embedding-not-finite", "ids", "a text whose hidden states have a direction", $"a mean of length {length / Length}");
        float[] values = new float[_sum.Length];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(_sum[i] / length);
        return values;
    }
}
