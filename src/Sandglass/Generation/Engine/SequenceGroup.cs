using System.Runtime.InteropServices;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>
/// Sequences that wait for one another, and so the unit of scheduling: admitted, ordered and preempted together. A plain text is a group of one; a beam search
/// is one of all its beams.
/// </summary>
/// <param name="share">Of the request that it belongs to; null for a request of its own.</param>
internal sealed class SequenceGroup(RowShare? share = null)
{
    private readonly List<Sequence> _members = [];
    private long _lackingStep = -1, _lacking;

    /// <summary>The rows of its request, which it shares with the groups of other samples.</summary>
    public RowShare Share { get; } = share ?? new RowShare();

    /// <summary>Its request's: the lower goes first.</summary>
    public int Priority => Share.Ticket.Priority;

    /// <summary>When it came, as a number: among groups of one tenant that wait to be called the lower is first.</summary>
    public long Arrival { get; set; }

    /// <summary>Its place among those of its tenant that wait to be called; null for one that was called.</summary>
    public LinkedListNode<SequenceGroup>? Waits { get; set; }

    /// <summary>When it is looked at while it waits to be called, by the model's clock.</summary>
    public long LookAt { get; set; } = long.MaxValue;

    /// <summary>Its place in the order of service, once it was called: among groups of one priority the lower goes first.</summary>
    public long Order { get; set; }

    /// <summary>Steps of its turn as the first in order: those in which others waited.</summary>
    public int TurnSteps { get; set; }

    /// <summary>The last step that one of its members has a part in.</summary>
    public long LastStep { get; set; } = -1;

    /// <summary>Whether the scheduler has let it in.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>Whether the scheduler has let it in once at least; preempted, it waits again.</summary>
    public bool HasBegun { get; set; }

    /// <summary>The sequences, in the order they joined.</summary>
    public ReadOnlySpan<Sequence> Members => CollectionsMarshal.AsSpan(_members);

    /// <summary>Whether its caller is too far behind with reading: it takes no part until that changes, and its pages are the first that others get.</summary>
    public bool IsHeldUp
    {
        get
        {
            foreach (Sequence member in Members)
                if (member.IsHeldUp) return true;
            return false;
        }
    }

    /// <summary>Whether all members are over, and wait for their ends.</summary>
    public bool IsOver
    {
        get
        {
            foreach (Sequence member in Members)
                if (!member.IsOver) return false;
            return true;
        }
    }

    /// <summary>Whether some member is over.</summary>
    public bool HasOver
    {
        get
        {
            foreach (Sequence member in Members)
                if (member.IsOver) return true;
            return false;
        }
    }

    /// <summary>Members with one token pending.</summary>
    public int Decoding
    {
        get
        {
            int count = 0;
            foreach (Sequence member in Members)
                if (member.Phase == SequencePhase.Decoding) count++;
            return count;
        }
    }

    /// <summary>The member that reads next; null for none. One at a time, so that each begins with the pages it has in common with those before it.</summary>
    public Sequence? Reader
    {
        get
        {
            foreach (Sequence member in Members)
                if (member.Phase == SequencePhase.Prefilling) return member;
            return null;
        }
    }

    /// <summary>Page sets that it will rent until all its members have read what they have.</summary>
    public long Lacking
    {
        get
        {
            long sets = 0;
            foreach (Sequence member in Members) sets += member.Lacking;
            return sets;
        }
    }

    /// <summary><see cref="Lacking"/> of an admitted group as of the first question in a step: a promise to those after it, which many ask for.</summary>
    public long LackingIn(long step)
    {
        if (_lackingStep != step) (_lackingStep, _lacking) = (step, Lacking);
        return _lacking;
    }

    /// <summary>Page sets that its members hold; what they share counts for each.</summary>
    public long Held
    {
        get
        {
            long sets = 0;
            foreach (Sequence member in Members) sets += member.Cache.Bytes / member.Cache.Shape.SetBytes;
            return sets;
        }
    }

    /// <summary>Page sets that preempting it frees: those that it shares with other groups stay.</summary>
    public long Freed => _members.Count == 1 ? _members[0].Cache.SoleSets
        : SequenceCache.BytesOf(_members.Select(static member => member.Cache)) / _members[0].Cache.Shape.SetBytes;

    /// <summary>Where its pages come from.</summary>
    public PagePool Pool => Members[0].Cache.Pool;

    /// <summary>One member more.</summary>
    public void Add(Sequence member) => _members.Add(member);

    /// <summary>Does something with each member; what one fails of is its own failure.</summary>
    public void Attempt(Action<Sequence> what)
    {
        foreach (Sequence member in Members) member.Attempt(what);
    }

    /// <summary>Ends all members with a failure.</summary>
    public void Fail(Exception failure)
    {
        foreach (Sequence member in Members) member.Fail(failure);
    }

    /// <summary>Takes all pages back. The texts stay, and are read again later as prompts are.</summary>
    public void Preempt()
    {
        IsAdmitted = false;
        foreach (Sequence member in Members) member.Preempt();
    }

    /// <summary>
    /// Takes the pages of one member for another, where memory holds less than all: of one that rests, else, if no member has a part in the step, of the last
    /// one that reads. It is read again when its turn comes. False where nothing can be taken.
    /// </summary>
    /// <param name="needy">The member that needs pages.</param>
    /// <param name="step">The batch so far.</param>
    public bool TryYield(Sequence needy, ReadOnlySpan<Sequence> step)
    {
        Sequence? last = null;
        bool takesPart = false;
        foreach (Sequence member in Members)
        {
            bool isInStep = step.Contains(member);
            takesPart |= isInStep;
            if (member == needy || isInStep || member.Cache.Bytes == 0) continue;
            if (last is null || member.Phase == SequencePhase.Resting || last.Phase != SequencePhase.Resting) last = member;
        }
        if (last is null || (takesPart && last.Phase != SequencePhase.Resting)) return false;
        last.Preempt();
        return true;
    }

    /// <summary>Lets finished members go: their pages go back, then their callers are told. True where none is left.</summary>
    public bool EndFinished()
    {
        _members.RemoveAll(static member =>
        {
            if (member.IsOver) member.End();
            return member.IsOver;
        });
        return _members.Count == 0;
    }
}
