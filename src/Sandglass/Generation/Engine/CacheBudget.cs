using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>
/// Bytes that the pages of all texts may take, the drafting model's included: each model has its part by the bytes that a position takes in it.
/// </summary>
/// <param name="Shape">Of the model's pages.</param>
/// <param name="DraftSetBytes">Bytes of 32 positions in the drafting model; 0 for none.</param>
/// <param name="Total">Bytes of both.</param>
/// <param name="Idle">Bytes that pages of finished texts may keep.</param>
internal sealed record CacheBudget(CacheShape Shape, long DraftSetBytes, long Total, long Idle)
{
    /// <summary>Idle bytes of a default budget at most: the prompts of a handful of conversations, and nothing that a system misses.</summary>
    public const long DefaultIdle = 1L << 30;

    private const string MemoryFacts = "/proc/meminfo";

    /// <summary>The model's part.</summary>
    public long Own => (long)((Int128)Total * Shape.SetBytes / (Shape.SetBytes + DraftSetBytes));

    /// <summary>The drafting model's part.</summary>
    public long Draft => DraftSetBytes == 0 ? 0 : Total - Own;

    /// <summary>
    /// What was asked for; else half of the free memory, up to four fifths where one text as long as the context needs that, and no more than all requests that
    /// run can fill.
    /// </summary>
    /// <param name="asked">Bytes; 0 for the default.</param>
    /// <param name="shape">Of the model's pages.</param>
    /// <param name="draft">Of the drafting model's; null for none.</param>
    /// <param name="context">Positions of a text.</param>
    /// <param name="free">Bytes of memory that are free.</param>
    public static CacheBudget For(long asked, CacheShape shape, CacheShape? draft, int context, long free)
    {
        long drafts = draft?.SetBytes ?? 0, set = shape.SetBytes + drafts;
        if (asked > 0) return new CacheBudget(shape, drafts, asked, long.MaxValue);
        Int128 one = (Int128)shape.SetsFor(context, StepBudget.PromptTokens) * set;
        Int128 total = Int128.Max(set, Int128.Min(Int128.Max(free / 2, Int128.Min(one, free / 5 * 4)), one * StepBudget.Requests));
        return new CacheBudget(shape, drafts, (long)total, (long)Int128.Min(total / 4, DefaultIdle));
    }

    /// <summary>The budget of models that are loaded now.</summary>
    public static CacheBudget For(ModelOptions options, CacheShape shape, CacheShape? draft, int context)
    {
        long Share(long bytes) => Math.Max(1, (long)(bytes * options.CacheShare));
        return options.CacheMemory > 0 ? For(Share(options.CacheMemory), shape, draft, context, free: 0) : For(0, shape, draft, context, Share(FreeMemory()));
    }

    /// <summary>What of it stays the model's own where it shares its memory with others: what the largest request needs, as far as it is there.</summary>
    /// <param name="context">Positions of a text.</param>
    /// <exception cref="GenerationException">It is not even enough for a text of one page.</exception>
    public CacheBudget Floor(int context)
    {
        CacheNeed largest = new(Shape, Prompt: 0, StepBudget.Sequences), smallest = new(Shape, Prompt: 0);
        long most = Shape.Window == 0 ? largest.Least(context) : Math.Max(largest.Least(Shape.SinkTokens + Shape.Window), largest.Least(int.MaxValue));
        long sets = Math.Min(Own / Shape.SetBytes, most), set = Shape.SetBytes + DraftSetBytes;
        if (sets >= smallest.Least(1)) return this with { Total = sets * set };
        throw new GenerationException("cache-part-too-small", nameof(ModelOptions.CacheMemory),
            $"at least {smallest.Least(1) * set} bytes as this model's part, for {CacheShape.PagePositions} positions", $"{Total} bytes");
    }

    /// <summary>A pool's own.</summary>
    public static CacheBudget Of(PagePool pages) => new(pages.Shape, 0, pages.Budget, 0);

    /// <summary>Positions of one text, the last of which is never read, that the budget holds.</summary>
    /// <param name="context">At most.</param>
    public int ContextWithin(int context) => new CacheNeed(Shape, 0).Positions(Own / Shape.SetBytes, context - 1) + 1;

    /// <summary>Refuses what would never have room.</summary>
    /// <param name="need">Of the request.</param>
    /// <param name="positions">That go through the model.</param>
    /// <exception cref="GenerationException">The bytes that are enough, and those that there are.</exception>
    public void Require(CacheNeed need, int positions)
    {
        if (need.Least(positions) > Own / Shape.SetBytes) throw TooSmall(need, positions);
    }

    /// <summary>The refusal.</summary>
    public GenerationException TooSmall(CacheNeed need, int positions)
    {
        Int128 enough = ((Int128)need.Sets(positions) * Shape.SetBytes * (Shape.SetBytes + DraftSetBytes) + Shape.SetBytes - 1) / Shape.SetBytes;
        string texts = (need.Beams > 1 ? $" of {need.Beams} beams" : "") + (DraftSetBytes > 0 ? " take with the drafting model's" : " take");
        return new GenerationException("cache-too-small", nameof(ModelOptions.CacheMemory),
            $"at least {enough} bytes, which {positions} positions{texts}", $"{Total} bytes");
    }

    /// <summary>Bytes that this process may take without anybody else having to give some back, about.</summary>
    private static long FreeMemory()
    {
        long allowed = Math.Max(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet);    // of the container, where there is one
        if (!File.Exists(MemoryFacts)) return allowed;
        string? line = File.ReadLines(MemoryFacts).FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return long.TryParse(line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out long kibibytes) ? Math.Min(allowed, kibibytes * 1024) : allowed;
    }
}
