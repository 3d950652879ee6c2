namespace Sandglass.Planning;

/// <summary>How far the simulation of a <see cref="ServingPlan"/> is.</summary>
/// <param name="Done">Loads that are done.</param>
/// <param name="Loads">Of how many.</param>
/// <param name="Within">The share of the present one that is done, 0 to 1.</param>
public readonly record struct ServingProgress(int Done, int Loads, double Within)
{
    /// <summary>From 0 to 1.</summary>
    public double Share => Loads == 0 ? 1 : (Done + Within) / Loads;
}
