using Sandglass.Generation;
using Sandglass.KvCache;

namespace Sandglass.Tests.Generation;

/// <summary>Writes the likeliest token, so many times; its reader may pause.</summary>
internal sealed class WritingText(PagePool pages, int prompt, int tokens, RowShare? request = null)
    : Sequence([.. Enumerable.Range(0, prompt).Select(i => i % 7)], prompt, pages, new SequenceGroup(request))
{
    private readonly int _prompt = prompt;
    private Action? _cancelled;

    public int Written => Length - _prompt;

    public bool IsComplete => Written == tokens;

    public bool Rests { get; set; }

    public bool IsCancelled { get; private set; }

    public Exception? Failure { get; private set; }

    /// <summary>Polls, by the scheduler.</summary>
    public int Polls { get; private set; }

    public override int LongestChunk => int.MaxValue;

    public override int FirstScored => Length - 1;

    protected override bool MustRest => Rests;

    public override void Watch(Action cancelled) => _cancelled = cancelled;

    public void Cancel()
    {
        IsCancelled = true;
        _cancelled?.Invoke();
    }

    public override void CheckInterruption()
    {
        Polls++;
        if (IsCancelled) IsOver = true;
    }

    public override void ChunkRead() { }

    public override void Take(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int id = 1; id < logits.Length; id++)
            if (logits[id] > logits[best]) best = id;
        Append(best);
        IsOver = Written >= tokens;
    }

    public override void Close() => IsOver = true;

    protected override void Complete(long cacheBytes) { }

    protected override void Complete(Exception failure) => Failure = failure;
}
