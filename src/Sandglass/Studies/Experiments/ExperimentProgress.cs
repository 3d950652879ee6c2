namespace Sandglass.Studies;

/// <summary>How much of an experiment is done.</summary>
/// <param name="Done">Parts that are.</param>
/// <param name="Parts">All of them.</param>
/// <param name="Within">How much of the next one is, from 0 to 1.</param>
public readonly record struct ExperimentProgress(int Done, int Parts, double Within)
{
    /// <summary>From 0 to 1.</summary>
    public double Share => Parts == 0 ? 1 : (Done + Within) / Parts;
}
