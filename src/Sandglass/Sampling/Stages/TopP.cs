namespace Sandglass.Sampling;

/// <summary>Keeps the likeliest tokens that together reach the probability p, the one that reaches it included.</summary>
internal sealed class TopP(double p) : SamplerStep
{
    internal override string Name => "top_p";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (p >= 1) return;
        var intervals = new Intervals(candidates, stackalloc ulong[Intervals.Rungs]);

        // the running sum must reach p times the total: it covers the last whole point before that
        double enough = Math.Ceiling(p * intervals.Total);
        candidates.RemoveAfter(intervals.At((ulong)enough - 1));
    }
}
