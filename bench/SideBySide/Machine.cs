using System.Globalization;
using System.Runtime.InteropServices;

namespace Sandglass.SideBySide;

/// <summary>What the figures were measured on.</summary>
internal sealed record Machine(string Processor, int Cores, string Memory, string System, string Runtime)
{
    public static Machine Here() => new(
        ProcessorName(),
        Environment.ProcessorCount,
        (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9).ToString("F1", CultureInfo.InvariantCulture) + " GB",
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
        RuntimeInformation.FrameworkDescription);

    private static string ProcessorName()
    {
        const string facts = "/proc/cpuinfo";
        if (!File.Exists(facts)) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
        Dictionary<string, string> named = [];
        foreach (string[] pair in File.ReadLines(facts).TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2))
            named[pair[0].Trim()] = pair[1].Trim();
        string name = named.GetValueOrDefault("model name", "unknown");
        string[] vectors = [.. named.GetValueOrDefault("flags", "").Split(' ').Where(flag => flag is "avx2" or "avx512f" or "avx512_vnni" or "avx_vnni" or "avx512_bf16" or "amx_int8")];
        // a virtual machine may say little more than the maker: family and model tell the generation
        return $"{name} (family {named.GetValueOrDefault("cpu family", "?")}, model {named.GetValueOrDefault("model", "?")}; {string.Join(' ', vectors)})";
    }
}
