using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Output;

/// <summary>One server at one point in one round.</summary>
/// <param name="OwnCores">Processors that this program kept busy meanwhile.</param>
/// <param name="ServerCores">Those of the server; null of one that was not started here.</param>
/// <param name="ServerBytes">Its resident memory at the end.</param>
internal sealed record Measurement(string Server, Cell Cell, int Round, Summary Summary, double OwnCores, double? ServerCores,
    long? ServerBytes)
{
    /// <summary>The part of the machine that this program took.</summary>
    public double OwnShare => OwnCores / Environment.ProcessorCount;
}
