namespace Sandglass.Planning;

/// <summary>Where keys and values of conversations wait for their next turn. The sizes and rates are assumptions: a usual server's.</summary>
public sealed record IdleCacheOptions
{
    /// <summary>Minutes that they are kept after a turn, from 0.</summary>
    public double KeptMinutes { get; init; } = 10;

    /// <summary>Bytes of a host's memory for each accelerator.</summary>
    public double HostBytes { get; init; } = 256e9;

    /// <summary>Bytes a second between the host's memory and an accelerator: of PCI Express 5.0 with 16 lanes, 63 GB/s, what is reached.</summary>
    public double HostBytesPerSecond { get; init; } = 50e9;

    /// <summary>Bytes of disks for each accelerator.</summary>
    public double DiskBytes { get; init; } = 4e12;

    /// <summary>Bytes a second from them: an NVMe disk's.</summary>
    public double DiskBytesPerSecond { get; init; } = 6e9;
}
