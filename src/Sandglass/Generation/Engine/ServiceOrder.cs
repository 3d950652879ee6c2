using System.Runtime.InteropServices;

namespace Sandglass.Generation;

/// <summary>Which group is served before which, and which gives way. It knows no clock and no engine.</summary>
/// <remarks>
/// <para>Who waits is <i>called</i> in this order: the lower priority; then the tenant for whom the least was done, by tokens read and written
/// (<see cref="TenantAccount"/>); then who came first. A prompt is charged in advance, when its request is called, so that several calls in a row are fair too;
/// what of it was found in the cache, or never read, is refunded.</para>
/// <para>Who is called draws a number, the next one, and from then on the order is by priority and number: it does not move under those that run, whatever they
/// write. The first in order draws a new number, the last, when it has had <see cref="Turn"/> steps while others waited: so no text without an end keeps
/// another out for ever, and few others notice. Each keeps its own count: texts that are first by turns, because their readers pause, come to their ends
/// too.</para>
/// </remarks>
/// <param name="weights">Shares of tenants.</param>
internal sealed class ServiceOrder(TenantWeights weights)
{
    /// <summary>Steps that the first in order has before it goes to the end, where others wait.</summary>
    public const int Turn = 1024;

    /// <summary>What a token costs that is read, and one that is written: the latter takes a row of a step for itself (Sheng et al. have the same).</summary>
    public const double ReadCost = 1, WrittenCost = 2;

    private const int Forks = 64;   // numbers that are kept free after each, for the samples forked from it

    private readonly TenantAccounts _tenants = new(weights);
    private readonly Dictionary<int, ServiceLevel> _levels = [];    // by priority
    private readonly SortedSet<int> _priorities = [];
    private long _lastNumber, _lastArrival;

    /// <summary>Groups that wait to be called.</summary>
    public int Waiting { get; private set; }

    /// <summary>Tenants that are remembered.</summary>
    public int Tenants => _tenants.Count;

    /// <summary>The group that is called next; null where none waits.</summary>
    public SequenceGroup? Next => Waiting == 0 ? null : _levels[_priorities.Min].First;

    /// <summary>The group of a priority that is called next; null where none waits.</summary>
    public SequenceGroup? NextOf(int priority) => _levels.GetValueOrDefault(priority)?.First;

    /// <summary>Adds groups that wait to be called to a list until it has so many: by priority, then tenant by tenant.</summary>
    public void CopyTo(List<SequenceGroup> list, int most)
    {
        foreach (int priority in _priorities) _levels[priority].CopyTo(list, most);
    }

    /// <summary>A group arrives, and waits to be called.</summary>
    public void Add(SequenceGroup group)
    {
        group.Arrival = ++_lastArrival;
        TenantAccount account = group.Share.Account ??= _tenants.Of(group.Share.Ticket.Tenant);
        if (group.Share.Groups++ == 0) _tenants.Enters(account);
        Wait(group, account, isReturned: false);
    }

    /// <summary>Calls a group that waits: it comes after all that were called before, of its priority.</summary>
    public void Call(SequenceGroup group)
    {
        RowShare request = group.Share;
        Remove(group);
        _tenants.Called(request.Account!);
        request.ChargePrompt();
        Number(group);
    }

    /// <summary>A group that was called and has not begun waits again, the first of its tenant: others are more urgent.</summary>
    public void Return(SequenceGroup group)
    {
        group.Share.RefundPrompt();
        Wait(group, group.Share.Account!, isReturned: true);
    }

    /// <summary>A group does not wait any more.</summary>
    public void Remove(SequenceGroup group)
    {
        ServiceLevel level = _levels[group.Priority];
        level.Remove(group);
        group.Share.Account!.Waiting--;
        Waiting--;
        if (level.Count > 0) return;
        _levels.Remove(group.Priority);
        _priorities.Remove(group.Priority);
    }

    /// <summary>A group of a request is over; with the last one the request is.</summary>
    public bool Leave(SequenceGroup group)
    {
        RowShare request = group.Share;
        if (--request.Groups > 0) return false;
        request.RefundPrompt();
        _tenants.Leaves(request.Account!);
        return true;
    }

    /// <summary>A sample is forked: it comes right after the one that read the prompt.</summary>
    public static void Enter(SequenceGroup fork, SequenceGroup parent)
    {
        fork.Share.Groups++;
        fork.Order = parent.Order + ++parent.Share.Forks;
    }

    /// <summary>Whether one comes before the other, both of which were called.</summary>
    public static bool IsBefore(SequenceGroup one, SequenceGroup other) =>
        one.Priority != other.Priority ? one.Priority < other.Priority : one.Order < other.Order;

    /// <summary>Puts a group into a list that is in order.</summary>
    public static void Insert(List<SequenceGroup> list, SequenceGroup group)
    {
        int at = list.Count;
        while (at > 0 && IsBefore(group, list[at - 1])) at--;
        list.Insert(at, group);
    }

    /// <summary>
    /// The group that gives its pages to another: one whose reader is too far behind, else the last that comes after the other. Null where none has pages, or
    /// all that have some take part in the step.
    /// </summary>
    /// <param name="running">In order.</param>
    /// <param name="needy">The group that needs pages.</param>
    /// <param name="step">The number of the step.</param>
    public static SequenceGroup? Victim(List<SequenceGroup> running, SequenceGroup needy, long step)
    {
        SequenceGroup? last = null;
        for (int i = running.Count - 1; i >= 0; i--)
        {
            SequenceGroup group = running[i];
            if (group == needy || !group.IsAdmitted || group.LastStep == step || group.Held == 0) continue;
            if (group.IsHeldUp) return group;
            if (last is null && IsBefore(needy, group)) last = group;
        }
        return last;
    }

    /// <summary>Counts a step of the first in order. True where it has had its turn, and is to go to the end.</summary>
    public static bool EndsTurn(SequenceGroup first, bool othersWait) => othersWait && ++first.TurnSteps >= Turn;

    /// <summary>Draws the next number: the group is the last of its priority.</summary>
    public void Number(SequenceGroup group) => (group.Order, group.TurnSteps) = (_lastNumber += Forks, 0);

    private void Wait(SequenceGroup group, TenantAccount account, bool isReturned)
    {
        ref ServiceLevel? level = ref CollectionsMarshal.GetValueRefOrAddDefault(_levels, group.Priority, out bool exists);
        level ??= new ServiceLevel();
        if (!exists) _priorities.Add(group.Priority);
        _tenants.Waits(account);
        level.Add(group, account, isReturned);
        Waiting++;
    }
}
