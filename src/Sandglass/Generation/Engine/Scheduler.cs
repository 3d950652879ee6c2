using System.Runtime.InteropServices;

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
/// has a part in each step, since a row is dealt to every request before a second to any, and prompts are read in order; (6) it stays the first, since groups
/// that run are ordered by priority and by numbers drawn when they were called (<see cref="ServiceOrder"/>), not by what tenants have been served since. So the
/// first ends, or has had its turn and goes to the end of the order, and the next is first; only who is more urgent comes before.
/// </para>
/// </remarks>
internal sealed class Scheduler
{
    private const int MostTries = 16;       // groups for which room is looked for in a step, and not found

    private readonly StepBudget _budget;
    private readonly WaitingRoom? _room;
    private readonly EngineCounts _counts;
    private readonly ServiceOrder _order;
    private readonly WaitingLine _line;
    private readonly WaitingGroups _waiting;                // called or preempted, in order of service
    private readonly Predicate<SequenceGroup> _end;
    private readonly Func<SequenceGroup, bool> _mayHaveRow;
    private readonly List<SequenceGroup> _running = [];     // in order of service
    private readonly List<RowShare> _requests = [];         // of the groups in _running, each once
    private readonly StepBatch _next = new();
    private readonly PageSupply _supply;
    private long _step, _count;

    /// <param name="options">Of a step and of tenants, and the clock; null for the defaults.</param>
    /// <param name="room">Which requests leave when they begin; null for none.</param>
    /// <param name="counts">Of what it does; null for some of its own.</param>
    public Scheduler(ModelOptions? options = null, WaitingRoom? room = null, EngineCounts? counts = null)
    {
        options ??= new ModelOptions();
        (_budget, _room, _counts) = (StepBudget.Of(options), room, counts ?? new EngineCounts());
        Weights = new TenantWeights(options.TenantWeights);
        _order = new ServiceOrder(Weights);
        _line = new WaitingLine(_order, options.Time, room);
        _waiting = new WaitingGroups(_order, _line);
        (_end, _mayHaveRow, _supply) = (EndFinished, MayHaveRow, new PageSupply(_running, Preempt));
    }

    /// <summary>Shares of tenants; they may be changed from any thread.</summary>
    public TenantWeights Weights { get; }

    /// <summary>Whether nothing is running or waiting.</summary>
    public bool IsIdle => _waiting.IsEmpty && _running.Count == 0;

    /// <summary>Total preemptions.</summary>
    public int Preemptions { get; private set; }

    /// <summary>Whether one that was preempted waits for room.</summary>
    public bool HasPreempted => _waiting.PreemptedThatWait > 0;

    /// <summary>Page sets that those which run will rent until they have read what they have, and one for what each writes next.</summary>
    public long Promised => _supply.Promised;

    /// <summary>Groups that wait and were looked at, in all steps so far.</summary>
    public long Looks => _line.Looks;

    /// <summary>Groups that run, in order of service.</summary>
    public ReadOnlySpan<SequenceGroup> Running => CollectionsMarshal.AsSpan(_running);

    /// <summary>Groups that wait.</summary>
    public int Waiting => _waiting.All;

    /// <summary>Adds groups that wait to a list, the next first, until it has so many.</summary>
    public void CopyWaiting(List<SequenceGroup> to, int most) => _waiting.CopyTo(to, most);

    /// <summary>Adds a sequence, and the group that it is the first member of, to those that wait to be called.</summary>
    public void Add(Sequence sequence) => _line.Add(sequence);

    /// <summary>
    /// The tokens of the next step: one of each text that is being written, with the guesses after it, and chunks of prompts. May be empty: all were cancelled,
    /// or all rest.
    /// </summary>
    public StepBatch Next()
    {
        _step++;
        _line.LookAtClock();
        while (_line.TakeOver() is SequenceGroup over) EndFinished(over);
        _waiting.Poll();
        foreach (SequenceGroup group in _running) group.Attempt(static one => one.Poll());
        Sweep();
        foreach (SequenceGroup group in _running) group.Attempt(static one => one.Settle());
        EndTurn();
        Admit();
        Sweep();    // without those that failed at their beginning
        FillBatch();
        MovePreempted();
        Sweep();    // without those that can never have the pages
        _counts.Stepped(_next.Batch.Tokens);
        return _next;
    }

    /// <summary>Adds the sequences that were forked in the step, and removes the finished: their pages go back, then their callers are told.</summary>
    public void Commit()
    {
        Sweep();
        Publish();
    }

    private void Sweep()
    {
        foreach (Sequence sequence in _next.Sequences) Count(sequence);
        for (int i = 0; i < _running.Count; i++) AdmitForks(_running[i]);   // by number: the list grows
        _waiting.EndFinished(_end);
        _running.RemoveAll(_end);
        if (!IsIdle) return;
        _next.Clear();  // an idle engine keeps no text alive
        _line.Forget();
    }

    /// <summary>Ends all: the engine closes.</summary>
    public void Close() => EndAll(static (group, _) => group.Attempt(static one => one.Close()), null);

    /// <summary>Ends all with a failure that no single sequence caused.</summary>
    public void Fail(Exception failure) => EndAll(static (group, failure) => group.Fail(failure!), failure);

    private void EndAll(Action<SequenceGroup, Exception?> end, Exception? failure)
    {
        _waiting.TakeAll();
        for (int i = 0; i < _waiting.Count; i++) end(_waiting[i], failure);
        foreach (SequenceGroup group in _running) end(group, failure);
        Commit();
    }

    /// <summary>Ends finished members. Places and the waiting room are free before the callers hear of it: they may come again at once.</summary>
    private bool EndFinished(SequenceGroup group)
    {
        bool isOver = group.IsOver;
        if (isOver) Left(group);
        bool hasEnded = group.EndFinished();
        if (hasEnded && !isOver) Left(group);   // a search, one beam of which failed
        return hasEnded;
    }

    private void Left(SequenceGroup group)
    {
        RowShare request = group.Share;
        _line.Leave(group);
        if (!_order.Leave(group)) return;   // others of it go on
        _room?.Leave(request.Ticket);
        if (request.HasBegun) _room?.Ended(request, hadPlace: group.IsAdmitted);
    }

    /// <summary>The first in order that can do something: the one that is never preempted.</summary>
    public SequenceGroup? First => _running.Find(static group => group.IsAdmitted && !group.IsHeldUp);

    /// <summary>
    /// Where others of its priority wait and the first in order has had its turn, it goes to the end of the order; one that waits is called before, and so
    /// comes before it.
    /// </summary>
    private void EndTurn()
    {
        if (First is not SequenceGroup first || !ServiceOrder.EndsTurn(first, _waiting.HasRivals(first, calls: false))) return;
        _waiting.HasRivals(first, calls: true);
        _order.Number(first);
        _running.Remove(first);
        ServiceOrder.Insert(_running, first);
    }

    /// <summary>
    /// Admits in order, as long as there are pages for all that those inside and the next one have to read, and a row in each step for every request. Who has
    /// not been called is called when its turn comes and a row is there for it.
    /// </summary>
    private void Admit()
    {
        if (!_waiting.Any) return;
        CountRequests();
        int tries = 0;
        for (int i = 0; tries < MostTries;)
        {
            _waiting.TryCallBefore(i, _mayHaveRow);
            if (i >= _waiting.Count) break;
            SequenceGroup group = _waiting[i];
            _line.Looks++;
            if (!HasRow(group) || !_supply.TryMakeRoom(group, _step, asks: tries == 0))
            {
                i++;    // smaller ones after it may go first: it does not wait for ever, since the order moves on
                tries++;
                continue;
            }
            _waiting.RemoveAt(i);
            Begin(group);
        }
        MovePreempted();
    }

    private void Begin(SequenceGroup group)
    {
        RowShare request = group.Share;
        group.IsAdmitted = true;
        group.Attempt(static one => one.Begin());
        ServiceOrder.Insert(_running, group);
        if (request.Count != _count) Count(request);
        if (group.HasBegun) return;
        group.HasBegun = true;
        _line.Leave(group);
        request.HasFound(group.Members[0].Cache.Length);
        if (request.HasBegun) return;
        request.HasBegun = true;
        _room?.Leave(request.Ticket);
        _counts.Prompt(request.Ticket.PromptTokens);
    }

    /// <summary>Whether it is worth while to call one: a row is free, or one that is less urgent has one.</summary>
    private bool MayHaveRow(SequenceGroup next) =>
        _requests.Count < _budget.Rows || next.Share.Count == _count || (_running.Count > 0 && next.Priority < _running[^1].Priority);

    /// <summary>Whether a step has a row for one more request; if need be that of the last one in order, where all of it comes after this group.</summary>
    private bool HasRow(SequenceGroup newcomer)
    {
        if (_requests.Count < _budget.Rows || newcomer.Share.Count == _count) return true;
        for (int i = _running.Count - 1; i >= 0 && ServiceOrder.IsBefore(newcomer, _running[i]); i--)
        {
            RowShare last = _running[i].Share;
            if (last.Count != _count || ServiceOrder.IsBefore(_running.Find(group => group.Share == last)!, newcomer)) continue;
            foreach (SequenceGroup group in _running)
                if (group.Share == last && group.IsAdmitted) Preempt(group);
            CountRequests();
            return true;
        }
        return false;
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

    /// <summary>The token chosen last, and guesses after it where pages are plenty: for a guess nothing is preempted, and nothing borrowed.</summary>
    private void AddToken(Sequence sequence, ref int drafts)
    {
        int length = sequence.Cache.Length + 1;
        bool isPlenty = sequence.Cache.Lacking(length + Speculation.Most) <= sequence.Cache.Pool.Room;
        int guesses = isPlenty ? sequence.Draft(drafts) : 0;
        if (sequence.HasFailed || (guesses > 0 && !sequence.TryReserve(length + guesses))) return;
        drafts -= guesses;
        _counts.Drafted(guesses);
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
        if (sequence.Phase == SequencePhase.Prefilling) sequence.Group.Share.HasRead(tokens);
        _next.Add(sequence, tokens);
        sequence.Group.LastStep = _step;
    }

    /// <summary>Gets the pages for a sequence's next tokens; false where it has to stand by.</summary>
    private bool HasPages(Sequence sequence, int tokens)
    {
        int length = sequence.Cache.Length + tokens;
        return sequence.Cache.HasRoom(length) ? sequence.TryReserve(length)
            : _supply.TryReserve(sequence, length, _next.Sequences, _step, isFirst: sequence.Group == First);
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
            if (!group.IsAdmitted) _waiting.Add(group);
        _running.RemoveAll(static group => !group.IsAdmitted);
    }

    private void AdmitForks(SequenceGroup group)
    {
        foreach (Sequence member in group.Members)
        {
            while (member.TakeFork() is Sequence fork)
            {
                ServiceOrder.Enter(fork.Group, group);
                fork.Group.IsAdmitted = fork.Group.HasBegun = true;
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
        if (written == 0) return;
        sequence.Group.Share.HasWritten(written);
        _counts.Generated(written, accepted);
    }

    /// <summary>Tells other threads what runs and what waits.</summary>
    private void Publish()
    {
        CountRequests();
        _supply.AskAhead();
        _counts.Now(_requests.Count, _waiting.Preempted);
        _room?.Now(_requests, _waiting.Preempted, _waiting.Any ? 0 : _budget.Rows - _requests.Count);
    }
}
