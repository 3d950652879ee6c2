using Sandglass.Kernels;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests;

/// <summary>What tests start as a process of its own, since the width of the kernels is chosen once in a process: it prints the width, then the hashes of many
/// runs.</summary>
internal static class Program
{
    public static async Task Main(string[] args)
    {
        Console.WriteLine(KernelPath.Name);
        foreach (string line in await WidthEvidence.Lines(folder: args[0], isShort: args.Length > 1)) Console.WriteLine(line);
    }
}
