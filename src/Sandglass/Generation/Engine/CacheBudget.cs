using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>How many bytes the pages of all texts may take.</summary>
internal static class CacheBudget
{
    private const string MemoryFacts = "/proc/meminfo";

    /// <summary>What was asked for; else half of the free memory, but enough for one text as long as the context and no more than all that run at once can fill.</summary>
    public static long For(ModelOptions options, CacheShape shape, int context)
    {
        if (options.CacheMemory > 0) return options.CacheMemory;
        Int128 one = (Int128)shape.SetsFor(context, StepBudget.PromptTokens) * shape.SetBytes;
        return (long)Int128.Clamp(FreeMemory() / 2, one, Int128.Min(one * StepBudget.Sequences, long.MaxValue));
    }

    /// <summary>Fails where so many positions of one text would never have room.</summary>
    /// <exception cref="GenerationException">Both numbers.</exception>
    public static void Require(PagePool pages, int positions)
    {
        if (pages.Shape.SetsFor(positions, StepBudget.PromptTokens) > pages.Capacity) throw TooSmall(pages, positions);
    }

    /// <summary>Said of a text that has all pages and needs more.</summary>
    /// <param name="texts">How many must be there together: the beams of a search wait for each other.</param>
    public static GenerationException TooSmall(PagePool pages, int positions, int texts = 1) =>
        new("cache-too-small", nameof(ModelOptions.CacheMemory), $"at least {pages.Shape.SetsFor(positions, StepBudget.PromptTokens) * pages.Shape.SetBytes * texts} bytes, which {positions} positions{(texts > 1 ? $" of {texts} texts" : "")} take", $"{pages.Budget} bytes");

    /// <summary>Bytes that this process may take without anybody else having to give some back, about.</summary>
    private static long FreeMemory()
    {
        long allowed = Math.Max(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet);    // of the container, where there is one
        if (!File.Exists(MemoryFacts)) return allowed;
        string? line = File.ReadLines(MemoryFacts).FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return long.TryParse(line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out long kibibytes) ? Math.Min(allowed, kibibytes * 1024) : allowed;
    }
}
