namespace Sandglass.Generation;

/// <summary>A beam under way: its ids and pages. What becomes of it is the <see cref="BeamSearch"/>'s to say.</summary>
internal sealed class BeamSequence : Sequence
{
    private readonly BeamSearch _search;

    /// <summary>The prompt.</summary>
    public BeamSequence(BeamSearch search, int[] prompt)
        : base([.. prompt], prompt.Length, new KvCache.SequenceCache(search.Pages), search.Work)
    {
        _search = search;
    }

    /// <summary>A beam that goes on from where another stands, over a fork of its pages.</summary>
    private BeamSequence(BeamSequence parent)
        : base(parent.Ids.ToArray(), parent.Length, parent.ForkCache(), parent.Work)
    {
        _search = parent._search;
    }

    public override int Slots => _search.HasBegun ? 1 : _search.Options.Beams;

    public override int LongestChunk => _search.LongestChunk;

    public override int FirstScored => Length - 1;

    protected override bool MustRest => _search.IsReaderBehind;

    public override void Begin() => _search.Begin();

    public override void CheckInterruption() => _search.CheckInterruption();

    public override void ChunkRead() => _search.ChunkRead(this);

    public override void Take(ReadOnlySpan<float> logits)
    {
        if (!IsOver) _search.Take(this, logits);
    }

    public override void Close() => _search.Finish(FinishReason.Cancelled);

    /// <summary>A second one with the same text, which takes part from the next step on.</summary>
    public BeamSequence Fork(BeamSequence parent)
    {
        BeamSequence child = new(parent);
        Spawn(child);
        return child;
    }

    /// <summary>Goes on with a token.</summary>
    public void Extend(int id, bool keepsPages)
    {
        Append(id);
        if (!keepsPages) Cache.Truncate(0);
    }

    /// <summary>Gives its pages back when the step is over.</summary>
    public void Leave() => IsOver = true;

    protected override void Complete(long cacheBytes) => _search.Ended(this, null);

    protected override void Complete(Exception failure) => _search.Ended(this, failure);
}
