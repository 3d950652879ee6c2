namespace Sandglass.Generation;

/// <summary>Chooses which tokens go through the model next, admits and preempts. It knows nothing of what is computed.</summary>
/// <remarks>
/// It schedules groups (<see cref="SequenceGroup"/>): what waits for one another comes, goes and is preempted together. Where pages run out, the last group in
/// order is preempted: it gives its pages back, is read again later, and its text does not change.
/// <para>
/// Freedom from deadlock rests on one invariant: <b>the first in order is never preempted and can always go on.</b> The first is the first admitted group in
/// order of service whose reader keeps up. It can go on because (1) what it needs at least was compared with the whole budget before it came here
/// (<see cref="CacheNeed.Least"/>); (2) pages are got in order of service, so the first gets them before any other group has a part in the step, and the pages
/// of all others are there to be taken; (3) a group whose members together need more than the budget gives its members' pages to one another
/// (<see cref="SequenceGroup.TryYield"/>): a member that has done its part of a step does not do it again, so the step is done after as many turns as it has
/// members; (4) reading a preempted group again needs no more than before, for its members read one after the other and share what they shared; (5) the first
/// has a part in each step, since a row is dealt to every request before a second to any, and prompts are read in order. So the first ends, or has had its turn
/// and goes to the end of the order, and the next is first.
/// </para>
/// </remarks>
/// <param name="budget">Of a step; null for the engine's own.</param>
/// <param name="room">Which requests leave when they begin; null for none.</param>
/// <param name="counts">Of what it does; null for some of its own.</param>
internal sealed class Scheduler(StepBudget? budget = null, WaitingRoom? room = null, EngineCounts? counts = null)
{
    private readonly StepBudget _budget = budget ?? new StepBudget();
    private readonly EngineCounts _counts = counts ?? new EngineCounts();
    private readonly ServiceOrder _order = new();
    private readonly List<SequenceGroup> _waiting = [];     // in order of service
    private readonly List<SequenceGroup> _running = [];     // in order of service
    private readonly List<RowShare> _requests = [];          // of the groups in _running, each once
    private readonly StepBatch _next = new();
    private long _step, _count;

    /// <summary>Whether nothing is running or waiting.</summary>
    public bool IsIdle => _waiting.Count == 0 && _running.Count == 0;

    /// <summary>Total preemptions.</summary>
    public int Preemptions { get; private set; }

    /// <summary>Adds a sequence, and the group that it is the first member of, to the end of the queue.</summary>
    public void Add(Sequence sequence)
    {
        _order.Enter(sequence.Group);
        ServiceOrder.Insert(_waiting, sequence.Group);
    }

    /// <summary>
    /// The tokens of the next step: one of each text that is being written, with the guesses after it, and chunks of prompts. May be empty: all were cancelled,
    /// or all rest.
    /// </summary>
    public StepBatch Next()
    {
        _step++;
        foreach (SequenceGroup group in _waiting)
        {
            ForEach(group, static one => one.Poll());
            if (room?.IsTooLate(group.Share.Ticket) == true) FailAll(group, room.TooLate(group.Share.Ticket));
        }
        foreach (SequenceGroup group in _running) ForEach(group, static one => one.Poll());
        Commit();
        foreach (SequenceGroup group in _running) ForEach(group, static one => one.Settle());
        EndTurn();
        Admit();
        Commit();   // without those that failed at their beginning
        FillBatch();
        MovePreempted();
        Commit();   // without those that can never have the pages
        Publish();
        return _next;
    }

    /// <summary>Adds the sequences that were forked in the step, and removes the finished: their pages go back, then their callers are told.</summary>
    public void Commit()
    {
        foreach (Sequence sequence in _next.Sequences) Count(sequence);
        for (int i = 0; i < _running.Count; i++) AdmitForks(_running[i]);   // by number: the list grows
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            if (!_waiting[i].EndFinished()) continue;
            room?.Leave(_waiting[i].Share.Ticket);
            _waiting.RemoveAt(i);
        }
        _running.RemoveAll(static group => group.EndFinished());
        if (IsIdle) _next.Clear();  // an idle engine keeps no text alive
    }

    /// <summary>Ends all: the engine closes.</summary>
    public void Close()
    {
        foreach (SequenceGroup group in _waiting) ForEach(group, static one => one.Close());
        foreach (SequenceGroup group in _running) ForEach(group, static one => one.Close());
        Commit();
    }

    /// <summary>Ends all with a failure that no single sequence caused.</summary>
    public void Fail(Exception failure)
    {
        foreach (SequenceGroup group in _waiting) FailAll(group, failure);
        foreach (SequenceGroup group in _running) FailAll(group, failure);
        Commit();
    }

    private static void FailAll(SequenceGroup group, Exception failure)
    {
        foreach (Sequence member in group.Members) member.Fail(failure);
    }

    /// <summary>The first in order that can do something: the one that is never preempted.</summary>
    public SequenceGroup? First => _running.Find(static group => group.IsAdmitted && !group.IsHeldUp);

    /// <summary>Where others wait for pages and the first in order has had its turn, it goes to the end of the order.</summary>
    private void EndTurn()
    {
        if (First is not SequenceGroup first || !_order.EndsTurn(first, _waiting.Exists(static group => !group.IsHeldUp))) return;
        _running.Remove(first);
        ServiceOrder.Insert(_running, first);
    }

    /// <summary>
    /// Admits in order, as long as there are pages for all that those inside and the next one have to read, and a row in each step for every request.
    /// </summary>
    private void Admit()
    {
        if (_waiting.Count == 0) return;
        CountRequests();
        for (int i = 0; i < _waiting.Count;)
        {
            SequenceGroup group = _waiting[i];
            if (group.IsHeldUp || !HasRow(group) || !TryMakeRoom(group))
            {
                i++;    // smaller ones after it may go first: it does not wait for ever, since the order moves on
                continue;
            }
            _waiting.RemoveAt(i);
            group.IsAdmitted = true;
            ForEach(group, static one => one.Begin());
            Begun(group.Share.Ticket);
            ServiceOrder.Insert(_running, group);
            if (group.Share.Count != _count) Count(group.Share);
        }
        MovePreempted();
    }

    /// <summary>Whether a step has a row for one more request; if need be that of the last one in order, where all of it comes after this group.</summary>
    private bool HasRow(SequenceGroup newcomer)
    {
        if (_requests.Count < _budget.Rows || newcomer.Share.Count == _count) return true;
        for (int i = _running.Count - 1; i >= 0 && _running[i].Order > newcomer.Order; i--)
        {
            RowShare last = _running[i].Share;
            if (last.Count != _count || FirstOf(last).Order < newcomer.Order) continue;
            foreach (SequenceGroup group in _running)
                if (group.Share == last && group.IsAdmitted) Preempt(group);
            CountRequests();
            return true;
        }
        return false;
    }

    private SequenceGroup FirstOf(RowShare request)
    {
        int i = 0;
        while (_running[i].Share != request) i++;
        return _running[i];
    }

    /// <summary>
    /// Whether there are pages for what a group has to read, beside what those before it have yet to; taken, if that is enough, from those that come after it.
    /// The first in order needs no promise: it gets what it needs.
    /// </summary>
    private bool TryMakeRoom(SequenceGroup newcomer)
    {
        long needed = newcomer.Lacking, room = newcomer.Room;
        bool isFirst = true;
        foreach (SequenceGroup group in _running)
        {
            if (!group.IsAdmitted) continue;
            if (group.IsHeldUp || group.Order > newcomer.Order)
            {
                room += group.Freed;
                continue;
            }
            needed += group.Lacking;
            isFirst = false;
        }
        if (isFirst || needed > room) return isFirst;
        while (needed > newcomer.Room)
        {
            if (ServiceOrder.Victim(_running, newcomer, _step) is not SequenceGroup victim) return false;
            Preempt(victim);
        }
        return true;
    }

    /// <summary>Forms the batch: pages are got in order of service.</summary>
    private void FillBatch()
    {
        _next.Clear();
        CountRequests();
        int prompts = 0;
        foreach (SequenceGroup group in _running)
        {
            if (group.IsHeldUp) continue;
            group.Share.Wanted += group.Decoding;
            if (group.Reader is not null) prompts++;
        }
        int rows = RowShare.Deal(_requests, _budget.RowsBeside(prompts), _step);
        int drafts = _budget.DraftsBeside(rows, prompts), tokens = _budget.PromptsBeside(rows);
        foreach (SequenceGroup group in _running)
        {
            AddDecoding(group, ref drafts);
            if (group.Reader is Sequence reader && group.Share.Readers++ == 0) AddChunk(reader, ref tokens, ref prompts);
        }
        if (prompts == 0) return;
        foreach (SequenceGroup group in _running)       // what is left goes to further samples of the same requests
        {
            if (group.LastStep != _step && group.Reader is Sequence reader) AddChunk(reader, ref tokens, ref prompts);
        }
    }

    private void AddDecoding(SequenceGroup group, ref int drafts)
    {
        if (group.IsHeldUp) return;
        foreach (Sequence member in group.Members)
        {
            if (member.Phase == SequencePhase.Decoding && group.Share.IsNextDealt() && HasPages(member, 1)) AddToken(member, ref drafts);
        }
    }

    /// <summary>The token chosen last, and guesses after it where pages are plenty: nothing is preempted for a guess.</summary>
    private void AddToken(Sequence sequence, ref int drafts)
    {
        int length = sequence.Cache.Length + 1;
        int guesses = sequence.Cache.HasRoom(length + Speculation.Most) ? sequence.Draft(drafts) : 0;
        if (sequence.HasFailed || (guesses > 0 && !sequence.TryReserve(length + guesses))) return;
        drafts -= guesses;
        _counts.Drafts(guesses, 0);
        Add(sequence, 1 + guesses);
    }

    private void AddChunk(Sequence sequence, ref int tokens, ref int prompts)
    {
        int share = StepBudget.Share(tokens, --prompts);
        if (share == 0) return;
        if (sequence.Cache.Length == 0) sequence.Attempt(static one => one.BeginReading());
        int count = Math.Min(sequence.Pending, Math.Min(sequence.LongestChunk, share));
        if (sequence.HasFailed || !HasPages(sequence, count)) return;
        tokens -= count;
        Add(sequence, count);
    }

    private void Add(Sequence sequence, int tokens)
    {
        _next.Add(sequence, tokens);
        sequence.Group.LastStep = _step;
    }

    /// <summary>
    /// Gets the pages for a sequence's next tokens, if need be from those that come later and have no part in this step; false where it has to stand by.
    /// </summary>
    private bool HasPages(Sequence sequence, int tokens)
    {
        int length = sequence.Cache.Length + tokens;
        while (!sequence.Cache.HasRoom(length))
        {
            if (ServiceOrder.Victim(_running, sequence.Group, _step) is SequenceGroup victim)
            {
                Preempt(victim);
                continue;
            }
            if (sequence.Group != First) return false;
            if (sequence.Group.TryYield(sequence, _next.Sequences)) continue;
            if (_next.Sequences.IsEmpty)    // it never comes to this where needs were compared with the budget; but nothing may wait for ever
                sequence.Fail(CacheBudget.Of(sequence.Cache.Pool).TooSmall(new CacheNeed(sequence.Cache.Shape, length), length));
            return false;
        }
        return sequence.TryReserve(length);
    }

    private void Preempt(SequenceGroup group)
    {
        group.Preempt();
        Preemptions++;
        _counts.Preempted();
    }

    private void MovePreempted()
    {
        foreach (SequenceGroup group in _running)
            if (!group.IsAdmitted) ServiceOrder.Insert(_waiting, group);
        _running.RemoveAll(static group => !group.IsAdmitted);
    }

    private void AdmitForks(SequenceGroup group)
    {
        foreach (Sequence member in group.Members)
        {
            while (member.TakeFork() is Sequence fork)
            {
                ServiceOrder.Enter(fork.Group, group);
                fork.Group.IsAdmitted = true;
                Count(fork);
                ServiceOrder.Insert(_running, fork.Group);
            }
        }
    }

    /// <summary>The requests that run, with nothing wanted yet. Those whose readers are all too far behind are none.</summary>
    private void CountRequests()
    {
        _count++;
        _requests.Clear();
        foreach (SequenceGroup group in _running)
            if (group.IsAdmitted && !group.IsHeldUp && group.Share.Count != _count) Count(group.Share);
    }

    private void Count(RowShare request)
    {
        request.Begin(_count);
        _requests.Add(request);
    }

    /// <summary>Counts what a sequence has written since it was counted last.</summary>
    private void Count(Sequence sequence)
    {
        (int written, int accepted) = sequence.TakeGrowth();
        if (written > 0) _counts.Generated(written);
        if (accepted > 0) _counts.Drafts(0, accepted);
    }

    private void Begun(Ticket ticket)
    {
        if (ticket.HasBegun) return;
        ticket.HasBegun = true;
        room?.Leave(ticket);
        _counts.Prompt(ticket.PromptTokens);
    }

    /// <summary>Tells other threads what runs and what waits.</summary>
    private void Publish()
    {
        int preempted = 0;
        foreach (SequenceGroup group in _waiting)
            if (group.Share.Ticket.HasBegun) preempted++;
        _counts.Now(_requests.Count, preempted);
        room?.SetFree(_waiting.Count > 0 ? 0 : _budget.Rows - _requests.Count);
    }

    private static void ForEach(SequenceGroup group, Action<Sequence> what)
    {
        foreach (Sequence member in group.Members) member.Attempt(what);
    }
}
