using System.Text.Json;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Servers;

/// <summary>Our own <c>sandglass serve</c>.</summary>
internal sealed class SandglassServe : Contestant
{
    private SandglassServe(string[] command, string version) : base("Sandglass", command, []) => Version = version;

    public static async Task<SandglassServe> FindAsync(string[] command, string source, CancellationToken cancellation) =>
        new(command, $"{(await Tool.OutputAsync([command[0], "--version"], cancellation)).Trim()}, {source}");

    protected override string[] ArgumentsFor(Cell cell, int threads, int port) =>
        ["serve", "--model", cell.Model, "--port", "0", "--threads", $"{threads}", .. Further];

    protected override async Task<Uri> ReadyAsync(ServerProcess process, int port, CancellationToken cancellation)
    {
        using JsonDocument line = JsonDocument.Parse(await process.FirstLineAsync(cancellation));
        return new Uri(line.RootElement.GetProperty("listening").GetString() + "/");
    }
}
