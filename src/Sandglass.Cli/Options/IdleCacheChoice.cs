using System.CommandLine;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary>Where the cache of a conversation waits for its next turn.</summary>
internal sealed class IdleCacheChoice
{
    private static readonly IdleCacheOptions Default = new();

    private readonly Option<double?> _minutes = ServingChoice.Any("--keep-minutes",
        $"Minutes that the cache of a conversation is kept after a turn. [default: {Default.KeptMinutes}]");
    private readonly Option<long?> _host = NumberOption.Bytes("--host-memory", "Bytes of the host's memory for each accelerator. [default: 256G]");
    private readonly Option<long?> _hostRate = NumberOption.Bytes("--host-bandwidth", "Bytes a second from it to the accelerator. [default: 50G]");
    private readonly Option<long?> _disk = NumberOption.Bytes("--disk", "Bytes of disks for each accelerator. [default: 4T]");
    private readonly Option<long?> _diskRate = NumberOption.Bytes("--disk-bandwidth", "Bytes a second from them. [default: 6G]");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_minutes, _host, _hostRate, _disk, _diskRate]) command.Add(option);
    }

    public IdleCacheOptions Options(ParseResult parsed) => new()
    {
        KeptMinutes = parsed.GetValue(_minutes) ?? Default.KeptMinutes,
        HostBytes = parsed.GetValue(_host) ?? Default.HostBytes,
        HostBytesPerSecond = parsed.GetValue(_hostRate) ?? Default.HostBytesPerSecond,
        DiskBytes = parsed.GetValue(_disk) ?? Default.DiskBytes,
        DiskBytesPerSecond = parsed.GetValue(_diskRate) ?? Default.DiskBytesPerSecond,
    };
}
