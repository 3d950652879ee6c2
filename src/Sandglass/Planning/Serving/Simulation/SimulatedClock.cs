namespace Sandglass.Planning;

/// <summary>The time of a simulation, in seconds from its beginning.</summary>
internal sealed class SimulatedClock
{
    public double Now { get; set; }
}
