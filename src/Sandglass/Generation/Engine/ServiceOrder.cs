namespace Sandglass.Generation;

/// <summary>Which group is served before which, and which gives way. It knows no clock and no engine.</summary>
/// <remarks>
/// First come, first served: a group's place is a number that it draws when it arrives; no two have the same. The first in order draws a new one, the last,
/// when it has had <see cref="Turn"/> steps while others waited: so no text without an end keeps another out for ever, and few others notice. Each keeps its
/// own count: texts that are first by turns, because their readers pause, come to their ends too.
/// </remarks>
internal sealed class ServiceOrder
{
    /// <summary>Steps that the first in order has before it goes to the end, where others wait.</summary>
    public const int Turn = 1024;

    private const int Forks = 64;   // numbers that are kept free after each, for the samples forked from it

    private long _last;

    /// <summary>A group arrives: it is last.</summary>
    public void Enter(SequenceGroup group) => (group.Order, group.TurnSteps) = (_last += Forks, 0);

    /// <summary>A sample is forked: it comes right after the one that read the prompt.</summary>
    public static void Enter(SequenceGroup fork, SequenceGroup parent) => fork.Order = parent.Order + ++parent.Share.Forks;

    /// <summary>Puts a group into a list that is in order.</summary>
    public static void Insert(List<SequenceGroup> list, SequenceGroup group)
    {
        int at = list.Count;
        while (at > 0 && list[at - 1].Order > group.Order) at--;
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
            if (last is null && group.Order > needy.Order) last = group;
        }
        return last;
    }

    /// <summary>Counts a step of the first in order. True where it has had its turn, and goes to the end.</summary>
    public bool EndsTurn(SequenceGroup first, bool othersWait)
    {
        if (!othersWait || ++first.TurnSteps < Turn) return false;
        Enter(first);
        return true;
    }
}
