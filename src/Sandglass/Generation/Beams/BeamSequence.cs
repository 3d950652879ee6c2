namespace Sandglass.Generation;

/// <summary>A beam in the engine: its ids and pages. What becomes of it, the <see cref="BeamSearch"/> says.</summary>
internal sealed class BeamSequence : Sequence
{
    private readonly BeamSearch _search;
    private bool _isScored;     // in this step of the search

    /// <summary>The prompt.</summary>
    public BeamSequence(BeamSearch search, int[] prompt)
        : base([.. prompt], prompt.Length, search.Pages, new SequenceGroup(new RowShare(search.Ticket)), search.Work, search.Beginning)
    {
        _search = search;
    }

    private BeamSequence(BeamSequence parent)
        : base(parent.Ids.ToArray(), parent.Length, parent._search.Pages, parent.Group, parent.Work, parent._search.Beginning)
    {
        _search = parent._search;
    }

    /// <summary>
    /// While the prompt is read, that of the other beams' first pages too; when a beam is read again, it shares at least the prompt's full pages with those
    /// before it.
    /// </summary>
    public override long Lacking => base.Lacking + (_search.HasBegun ? -_search.SharedPages(this) : _search.BeamPages);

    /// <summary>It has been scored and rests until the others have: whether it still has its pages or not.</summary>
    protected override bool AwaitsOthers => _isScored;

    public override int LongestChunk => _search.LongestChunk;

    public override int FirstScored => Length - 1;

    public override SequenceTracer? Tracer => _search.Tracer;

    protected override bool SharesCache => _search.SharesCache;

    /// <summary>Of the texts most are given up.</summary>
    protected override int Shareable => _search.PromptLength;

    protected override bool MustRest => _search.IsReaderBehind;

    public override void Begin() => _search.Begin(this);

    public override void BeginReading() => _search.ShareBeginning(this);

    public override void CheckInterruption() => _search.CheckInterruption();

    public override void Watch(Action cancelled) => _search.Watch(cancelled);

    public override void ChunkRead() => _search.ChunkRead(this);

    public override void Take(ReadOnlySpan<float> logits)
    {
        if (IsOver) return;
        _isScored = true;
        _search.Take(this, logits);
    }

    public override void Close() => _search.Finish(FinishReason.Cancelled);

    /// <summary>A second beam with the same text, over a fork of these pages; it takes part from the next step on.</summary>
    public BeamSequence Fork()
    {
        BeamSequence child = new(this);
        child.BeginFrom(this);
        return child;
    }

    /// <summary>Goes on with a token.</summary>
    public void Extend(int id, bool keepsPages)
    {
        Append(id);
        _isScored = false;
        if (!keepsPages) Cache.Truncate(0);
    }

    /// <summary>Gives its pages back when the step is over.</summary>
    public void Leave() => IsOver = true;

    /// <summary>Gives its pages back at once: the beams that go on need them.</summary>
    public void LeaveNow()
    {
        Leave();
        Cache.Truncate(0);
    }

    protected override void Complete(long cacheBytes) => _search.Ended(this, null);

    protected override void Complete(Exception failure) => _search.Ended(this, failure);
}
