using System.Text.Json.Nodes;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Servers;

/// <summary>llama.cpp's <c>llama-server</c>: a slot a client and a context that holds what each may need; its metrics are off unless asked for.</summary>
internal sealed class LlamaServer : Contestant
{
    /// <summary>Slots of an open loop, where nobody knows how many requests meet.</summary>
    private const int OpenSlots = 64;

    /// <remarks>top_k and min_p are on by default there: off, it draws from the whole vocabulary as OpenAI's defaults say.</remarks>
    private LlamaServer(string[] command, string version) : base("llama-server", command, new JsonObject { ["top_k"] = 0, ["min_p"] = 0 }) => Version = version;

    public static async Task<LlamaServer> FindAsync(string[] command, CancellationToken cancellation)
    {
        string said = await Tool.OutputAsync(["sh", "-c", "exec \"$0\" --version 2>&1", command[0]], cancellation);
        return new LlamaServer(command, said.Split('\n').FirstOrDefault(line => line.StartsWith("version", StringComparison.Ordinal), "says none").Trim());
    }

    protected override string[] ArgumentsFor(Cell cell, int threads, int port)
    {
        int slots = cell.Point.IsOpen ? OpenSlots : cell.Point.Clients;
        return ["-m", cell.Model, "--host", "127.0.0.1", "--port", $"{port}", "-t", $"{threads}", "-ctk", "f16", "-ctv", "f16",
            "--parallel", $"{slots}", "-c", $"{slots * cell.Workload.Context}", .. Further];
    }
}
