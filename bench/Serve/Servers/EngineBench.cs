using System.Text.Json;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Servers;

/// <summary>What the engine does without a server around it: tokens a second of so many texts together, and of a prompt.</summary>
internal sealed record EngineFigure(double Batch, double Prefill)
{
    /// <summary>Seconds for so many tokens written and read.</summary>
    public double TimeFor(int written, int read) => written / Batch + read / Prefill;
}

/// <summary>Our own <c>sandglass bench</c>.</summary>
internal static class EngineBench
{
    /// <summary>Short prompts are not timed alone: a few of them go in one step, as here.</summary>
    private const int LeastPrompt = 64;

    public static async Task<EngineFigure> MeasureAsync(string tool, Cell cell, int threads, CancellationToken cancellation)
    {
        string prompt = $"{Math.Max(LeastPrompt, cell.Workload.Prompt.To)}";
        string output = await Tool.OutputAsync(
            [tool, "bench", "--model", cell.Model, "--threads", $"{threads}", "--batch", $"{cell.Point.Clients}", "--prefill", prompt, "--json"], cancellation);
        Dictionary<string, double> rates = [];
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            rates[document.RootElement.GetProperty("what").GetString()!] = document.RootElement.GetProperty("tokensPerSecond").GetDouble();
        }
        return new EngineFigure(rates["batch"], rates["prefill"]);
    }
}
