using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>
/// Gets pages for those that run and for who comes next: from the pool, from what other models leave, and from groups that come later in order, which are
/// preempted.
/// </summary>
/// <remarks>
/// What other models leave only adds to what the pool has as its own, which is enough for any one request: so nothing here waits for another model. Where it has
/// to be asked the page is treated as not there, and comes in a later step.
/// </remarks>
/// <param name="running">In order of service.</param>
/// <param name="preempt">Takes all pages of one back.</param>
internal sealed class PageSupply(List<SequenceGroup> running, Action<SequenceGroup> preempt)
{
    /// <summary>Page sets that those which run will rent until they have read what they have, and one for what each writes next.</summary>
    public long Promised
    {
        get
        {
            long sets = 0;
            foreach (SequenceGroup group in running)
                if (!group.IsHeldUp) sets += group.Lacking + group.Members.Length;
            return sets;
        }
    }

    /// <summary>Asks other models for what will be needed next: they give it between two steps of theirs.</summary>
    public void AskAhead()
    {
        if (running is [SequenceGroup { Pool: { IsShared: true } pages }, ..]) pages.Ask(Promised - pages.Room);
    }

    /// <summary>
    /// Whether there are pages for what a group has to read, beside what those before it have yet to; taken, if that is enough, from those that come after it.
    /// The first in order needs no promise: it gets what it needs.
    /// </summary>
    /// <param name="newcomer">The group.</param>
    /// <param name="step">The number of the step.</param>
    /// <param name="asks">Whether other models are asked for pages that are not there.</param>
    public bool TryMakeRoom(SequenceGroup newcomer, long step, bool asks)
    {
        PagePool pages = newcomer.Pool;
        long needed = newcomer.Lacking, room = pages.Room;
        bool isFirst = true;
        foreach (SequenceGroup group in running)
        {
            if (!group.IsAdmitted) continue;
            if (group.IsHeldUp || ServiceOrder.IsBefore(newcomer, group))
            {
                room += group.Freed;
                continue;
            }
            needed += group.LackingIn(step);
            isFirst = false;
        }
        if (isFirst || pages.HasRoom(needed, isUrgent: false)) return true;
        if (needed > room)
        {
            if (asks && needed - room <= pages.Most - pages.Capacity) pages.Ask(needed - room);
            return false;
        }
        while (needed > pages.Room)
        {
            if (ServiceOrder.Victim(running, newcomer, step) is not SequenceGroup victim) return false;
            preempt(victim);
        }
        return true;
    }

    /// <summary>
    /// Gets the pages for a sequence's positions up to a length, if need be from those that come later and have no part in this step; false where it has to
    /// stand by.
    /// </summary>
    /// <param name="sequence">Of a group that runs.</param>
    /// <param name="length">Positions.</param>
    /// <param name="batch">Who has a part in the step so far.</param>
    /// <param name="step">The number of the step.</param>
    /// <param name="isFirst">Whether its group is the first in order, which always gets what it needs.</param>
    public bool TryReserve(Sequence sequence, int length, ReadOnlySpan<Sequence> batch, long step, bool isFirst)
    {
        while (!sequence.Cache.HasRoom(length))
        {
            if (ServiceOrder.Victim(running, sequence.Group, step) is SequenceGroup victim)
            {
                preempt(victim);
                continue;
            }
            if (!isFirst) return false;
            if (sequence.Group.TryYield(sequence, batch)) continue;
            if (batch.IsEmpty)      // it never comes to this where needs were compared with the budget; but nothing may wait for ever
                sequence.Fail(CacheBudget.Of(sequence.Cache.Pool).TooSmall(new CacheNeed(sequence.Cache.Shape, length), length));
            return false;
        }
        return sequence.TryReserve(length);
    }
}
