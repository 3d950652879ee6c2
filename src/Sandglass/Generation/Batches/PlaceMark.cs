namespace Sandglass.Generation;

/// <summary>What is noted of a group while its engine is watched. The <see cref="BatchReporter"/>'s alone.</summary>
/// <param name="text">Its number.</param>
internal sealed class PlaceMark(long text)
{
    private int _before;    // tokens beyond the prompt, before the step

    /// <summary>The step that it was noted in last.</summary>
    public long Step { get; private set; }

    /// <summary>What it did in the step that was told last; null before.</summary>
    public PlacePhase? Told { get; private set; }

    /// <summary>What it does in this one.</summary>
    public PlacePhase Phase { get; private set; }

    /// <summary>This step as it is told.</summary>
    public BatchPlace Place { get; private set; }

    private int Rows { get; set; }

    /// <summary>A step begins, in which it has no part so far.</summary>
    public void Begin(long step, SequenceGroup group, int written)
    {
        (Step, Rows, _before) = (step, 0, written);
        Phase = group.IsAdmitted ? PlacePhase.Resting : group.HasBegun ? PlacePhase.Preempted : PlacePhase.Waiting;
    }

    /// <summary>One of its members has a part in the step.</summary>
    public void Feed(int rows, bool reads)
    {
        Rows += rows;
        Phase = reads ? PlacePhase.Reading : PlacePhase.Writing;
    }

    /// <summary>It was forked in the step: it has a token already, and fed none.</summary>
    public void Forked(long step) => (Step, Rows, _before, Phase) = (step, 0, 0, PlacePhase.Writing);

    /// <summary>The tokens of the step have been chosen.</summary>
    public void End(SequenceGroup group)
    {
        int prompt = Prompt(group), written = Written(group), positions = 0;
        foreach (Sequence member in group.Members) positions = Math.Max(positions, member.Cache.Length);
        Place = new BatchPlace(
            text, group.Share.Ticket.Tenant, Phase, Rows, Math.Max(0, written - _before), prompt, written, positions, group.Held, group.IsOver);
    }

    /// <summary>It is told.</summary>
    public void Tell() => Told = Phase;

    /// <summary>Tokens of a group beyond its prompt.</summary>
    public static int Written(SequenceGroup group)
    {
        int longest = 0;
        foreach (Sequence member in group.Members) longest = Math.Max(longest, member.Length);
        return longest - Prompt(group, longest);
    }

    private static int Prompt(SequenceGroup group, int longest = int.MaxValue) => Math.Min(group.Share.Ticket.PromptTokens, longest);
}
