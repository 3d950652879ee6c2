using System.Globalization;

namespace Sandglass.ServeBench.Load;

/// <summary>How hard a server is driven: so many clients, each sending when its last request has ended (closed loop), or requests that come at a rate, whatever
/// became of those before (open loop).</summary>
internal sealed record Point(int Clients, double Rate = 0, double Burstiness = 1)
{
    public bool IsOpen => Rate > 0;

    public override string ToString() => !IsOpen ? (Clients == 1 ? "1 client" : $"{Clients} clients")
        : string.Create(CultureInfo.InvariantCulture, $"{Rate} requests/s{(Burstiness == 1 ? "" : $", burstiness {Burstiness}")}");
}
