using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>One text in progress: its ids, its keys and values, and what becomes of the logits after them.</summary>
/// <remarks>Made by the caller, then touched by the engine's thread alone. A failure ends this sequence and no other.</remarks>
internal abstract class Sequence
{
    private int[] _ids;
    private int _count;
    private int _counted;   // ids whose growth has been told
    private int _accepted;  // drafted ids that became text since then
    private int _drafts;    // ids after the text that are only drafted
    private Exception? _failure;
    private Queue<Sequence>? _forks;

    /// <param name="ids">Room for ids.</param>
    /// <param name="count">How many are the text so far.</param>
    /// <param name="pages">Where its pages come from.</param>
    /// <param name="group">What it is scheduled with; null for a group and a request of its own.</param>
    /// <param name="work">Where its work is counted; null for counters of its own.</param>
    /// <param name="beginning">With whom it shares pages: the prefix hash before its first one; null for the pool's.</param>
    protected Sequence(int[] ids, int count, PagePool pages, SequenceGroup? group = null, Counters? work = null, PrefixHash? beginning = null)
    {
        (_ids, _count, _counted) = (ids, count, count);
        Cache = new SequenceCache(pages, beginning);
        Work = work ?? new Counters();
        Group = group ?? new SequenceGroup();
        Group.Add(this);
    }

    /// <summary>What it is admitted, ordered and preempted with: itself alone, or all beams of a search.</summary>
    public SequenceGroup Group { get; }

    /// <summary>All ids so far.</summary>
    public ReadOnlyMemory<int> Ids => _ids.AsMemory(0, _count);

    /// <summary>All ids so far, and the drafted ones after them that the next step checks.</summary>
    public ReadOnlyMemory<int> IdsAndDrafts => _ids.AsMemory(0, _count + _drafts);

    /// <summary>Prompt and completion.</summary>
    public int Length => _count;

    /// <summary>Keys and values of the positions that went through the model.</summary>
    public SequenceCache Cache { get; }

    /// <summary>The work done for this sequence, whatever shared a batch with it.</summary>
    public Counters Work { get; }

    /// <summary>What its trace is written by; null where it is not traced.</summary>
    public virtual SequenceTracer? Tracer => null;

    /// <summary>Page sets that it will rent until it has read what it has.</summary>
    public virtual long Lacking => Math.Min(Cache.Lacking(Length, StepBudget.PromptTokens), Cache.Shape.SetsFor(Length, StepBudget.PromptTokens));

    /// <summary>Tokens that have yet to go through the model.</summary>
    public int Pending => _count - Cache.Length;

    /// <summary>What the scheduler may do with it next.</summary>
    public SequencePhase Phase =>
        IsOver ? SequencePhase.Finished
        : !Group.IsAdmitted ? SequencePhase.Waiting
        : AwaitsOthers || IsHeldUp ? SequencePhase.Resting
        : Pending == 1 && Cache.Length > 0 ? SequencePhase.Decoding
        : SequencePhase.Prefilling;

    /// <summary>Whether it must rest, as of the last poll: that does not change in the middle of a step.</summary>
    public bool IsHeldUp { get; private set; }

    /// <summary>Whether its pages are shared with texts that begin alike.</summary>
    protected virtual bool SharesCache => false;

    /// <summary>The ids, from the first on, whose pages are left for others.</summary>
    protected virtual int Shareable => _count;

    /// <summary>Whether nothing more is to be done.</summary>
    public bool IsOver { get; protected set; }

    /// <summary>Whether something went wrong with it.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>
    /// Whether it is to take no part for now although tokens are pending, because its reader is too far behind; asked once before each step. Until it may go on
    /// it keeps its pages, unless others need them. Whoever ends the rest wakes the engine (<see cref="Engine.Wake"/>).
    /// </summary>
    protected virtual bool MustRest => false;

    /// <summary>Whether it has done its part of a step that others have a part in.</summary>
    protected virtual bool AwaitsOthers => Pending == 0;

    /// <summary>Tokens that may go through at once.</summary>
    public abstract int LongestChunk { get; }

    /// <summary>Logits are wanted from this position on.</summary>
    public abstract int FirstScored { get; }

    /// <summary>Hidden states are wanted from this position on.</summary>
    public virtual int FirstPooled => int.MaxValue;

    /// <summary>The drafted id for the token that is chosen next; null where there is none.</summary>
    protected int? NextDraft => _drafts > 0 ? _ids[_count] : null;

    /// <summary>How many tokens it wants to draft in this step.</summary>
    protected virtual int MostDrafts => 0;

    /// <summary>Called when it is admitted, before its first token goes through.</summary>
    public virtual void Begin() { }

    /// <summary>Called before the first token of an empty cache goes through.</summary>
    public virtual void BeginReading() { }

    /// <summary>Its pages go back; its text stays, and is read again later.</summary>
    public virtual void Preempt() => Cache.Truncate(0);

    /// <summary>Called before each step: ends the sequence if it was cancelled or ran out of time, and asks whether it must rest.</summary>
    public void Poll()
    {
        CheckInterruption();
        IsHeldUp = MustRest;
    }

    /// <summary>Called before each step: ends the sequence if it was cancelled or ran out of time.</summary>
    public abstract void CheckInterruption();

    /// <summary>Has this called, from any thread, when the sequence is cancelled: one that waits to be called is not polled.</summary>
    public virtual void Watch(Action cancelled) { }

    /// <summary>Called when a chunk has gone through the model, before its logits come.</summary>
    public abstract void ChunkRead();

    /// <summary>
    /// Works out ahead what it can of the logits that it will <see cref="Take"/> next. Any worker may do it, beside other sequences' rows: nothing but the
    /// sequence's own state is touched, and no page.
    /// </summary>
    /// <param name="buffers">The worker's.</param>
    public virtual void Prepare(ReadOnlySpan<float> logits, SamplingBuffers buffers) { }

    /// <summary>Takes the logits of the next position that wants them, [vocabulary]; they are valid during the call only.</summary>
    public abstract void Take(ReadOnlySpan<float> logits);

    /// <summary>Takes the hidden state of the next position that wants it, normed, [width]; valid during the call only.</summary>
    public virtual void Pool(ReadOnlySpan<float> hidden) { }

    /// <summary>Called when the engine closes: ends the sequence.</summary>
    public abstract void Close();

    /// <summary>The next of the samples that were forked from it in the step; null for none.</summary>
    public Sequence? TakeFork() => _forks is not null && _forks.TryDequeue(out Sequence? fork) ? fork : null;

    /// <summary>Tells its trace, if it has one, of the pass that it took part in.</summary>
    public void Tell(in TracedPass pass)
    {
        try
        {
            Tracer?.Passed(pass);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    /// <summary>Something went wrong with this sequence.</summary>
    public void Fail(Exception failure)
    {
        _failure = failure;
        IsOver = true;
    }

    /// <summary>
    /// Drafts ids that may follow the text: they go through the model with the pending one, and become text where the model chooses the same. Returns how many.
    /// </summary>
    /// <param name="room">How many at most.</param>
    public int Draft(int room)
    {
        room = Math.Min(room, MostDrafts);
        if (room <= 0) return 0;
        try
        {
            MakeRoom(room);
            return _drafts = Guess(_ids.AsSpan(_count, room));
        }
        catch (Exception failure)
        {
            Fail(failure);
            return 0;
        }
    }

    /// <summary>Forgets the drafted ids that are left, and their positions in the cache: the id chosen last is pending again.</summary>
    public void RefuseDrafts()
    {
        _drafts = 0;
        Cache.Truncate(_count - 1);
    }

    /// <summary>Does something that may fail: a failure ends this sequence and no other.</summary>
    public void Attempt(Action<Sequence> what)
    {
        try
        {
            what(this);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    /// <summary>Ids written since the last call, and those of them that were drafted.</summary>
    public (int Written, int Accepted) TakeGrowth()
    {
        (int, int) growth = (_count - _counted, _accepted);
        (_counted, _accepted) = (_count, 0);
        return growth;
    }

    /// <summary>Gets the pages for positions up to a length; where the system has no memory for them this sequence ends.</summary>
    public bool TryReserve(int length)
    {
        try
        {
            Cache.Reserve(length);
            return true;
        }
        catch (Exception failure)
        {
            Fail(failure);
            return false;
        }
    }

    /// <summary>Registers full pages for texts that begin alike.</summary>
    public void RegisterPrefix()
    {
        if (SharesCache && !HasFailed) Cache.RegisterPrefix(_ids.AsSpan(0, Shareable));
    }

    /// <summary>Called between two steps, when what has been read is final: registers full pages, and returns those that no query will read.</summary>
    public void Settle()
    {
        RegisterPrefix();
        Cache.Settle();
    }

    /// <summary>Returns the pages, then tells the caller. A failure in that is told to this caller alone; the other sequences go on.</summary>
    public void End()
    {
        try
        {
            long held = GiveBack();
            if (_failure is null) Complete(held);
            else Complete(_failure);
        }
        catch (Exception failure)
        {
            TellOnceMore(failure);
        }
    }

    /// <summary>Returns pages and all else, whatever goes wrong; gives the bytes of the pages.</summary>
    private long GiveBack()
    {
        try
        {
            Settle();
            return Cache.Bytes;
        }
        finally
        {
            Cache.Dispose();
            Release();
        }
    }

    /// <summary>Adds a chosen id: from here on it is fixed. Returns whether it was drafted; where another id was, no later drafted id holds.</summary>
    protected bool Append(int id)
    {
        if (_drafts > 0 && _ids[_count] == id)
        {
            _count++;
            _drafts--;
            _accepted++;
            return true;
        }
        MakeRoom(1);
        _ids[_count++] = id;
        if (_drafts > 0) RefuseDrafts();
        return false;
    }

    /// <summary>
    /// Begins with the positions of another, whose text is the same so far: full pages are shared, the last one is copied. Where no page is left for the copy,
    /// or the system has no memory, what is missing is read again.
    /// </summary>
    protected void BeginFrom(Sequence parent) => Cache.BeginWith(parent.Cache, parent.Cache.Length);

    /// <summary>Fills in drafted ids, and returns how many.</summary>
    protected virtual int Guess(Span<int> to) => 0;

    /// <summary>Returns what it holds beside its cache.</summary>
    protected virtual void Release() { }

    /// <summary>Starts another sequence, which has read what this one has: it does not wait in the queue.</summary>
    protected void Spawn(Sequence child) => (_forks ??= []).Enqueue(child);

    /// <summary>Tells the caller how it went.</summary>
    /// <param name="cacheBytes">Bytes of the pages held at the end.</param>
    protected abstract void Complete(long cacheBytes);

    /// <summary>Tells the caller what went wrong.</summary>
    protected abstract void Complete(Exception failure);

    private void MakeRoom(int ids)
    {
        if (_count + ids > _ids.Length) Array.Resize(ref _ids, Math.Max(64, 2 * (_count + ids)));
    }

    private void TellOnceMore(Exception failure)
    {
        try
        {
            Complete(failure);
        }
        catch (Exception)
        {
            // This caller cannot be told anything; the engine goes on with the others.
        }
    }
}
