using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>A text whose tokens come from the caller, who gets the logits after the last of them and rests it until the next come.</summary>
/// <remarks>While it rests it has no part in a step. It keeps its pages, but is the first to give them to others; then it is read again.</remarks>
internal sealed class FedSequence : Sequence
{
    private readonly SequenceOptions _options;
    private readonly float[] _logits;   // [vocabulary]; the caller's between two reads
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int[]? _fed;                // handed over by the caller's thread, taken by the engine's
    private bool _isAwaited = true, _hasBegun;

    public FedSequence(int[] ids, SequenceOptions options, PagePool pages, int vocabulary, OutputQueue<float[]> output, Ticket? ticket = null)
        : base(ids, ids.Length, pages, new SequenceGroup(new RowShare(ticket)), beginning: pages.Beginning.Salted(options.CacheSalt)) =>
        (_options, _logits, Output) = (options, new float[vocabulary], output);

    /// <summary>Where its logits go, one row a read.</summary>
    public OutputQueue<float[]> Output { get; }

    /// <summary>Done when its pages are given back.</summary>
    public Task Ended => _ended.Task;

    public override int LongestChunk => int.MaxValue;

    public override int FirstScored => Length - 1;

    protected override bool SharesCache => _options.ShareCache;

    protected override bool MustRest => !_isAwaited;

    /// <summary>Hands the next ids over, on the caller's thread. The caller has had the logits of the last ones, and wakes the engine.</summary>
    public void Feed(int[] ids) => Volatile.Write(ref _fed, ids);

    public override void Begin()
    {
        if (SharesCache) Cache.MatchPrefix(Ids.Span, _hasBegun);
        _hasBegun = true;
    }

    public override void CheckInterruption()
    {
        if (Output.Cancellation.IsCancellationRequested) Fail(new OperationCanceledException());
        else if (Interlocked.Exchange(ref _fed, null) is int[] ids)
        {
            foreach (int id in ids) Append(id);
            _isAwaited = true;
        }
    }

    public override void Watch(Action cancelled) => Output.Watch(cancelled);

    public override void ChunkRead() { }

    public override void Take(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_logits);
        _isAwaited = false;
        Output.Put(_logits);
    }

    public override void Close() => Fail(new ObjectDisposedException("LanguageModel", "The model was disposed of while a sequence of it was in use."));

    protected override void Complete(long cacheBytes) => End(null);

    protected override void Complete(Exception failure) => End(failure);

    private void End(Exception? failure)
    {
        Output.End(failure);
        _ended.TrySetResult();
    }
}
