using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>Bytes of memory that a model takes, by what they are for.</summary>
public sealed record MemoryPlan
{
    private const string Default = "bf16";
    private const long MostPositions = 1L << 30, MostUsers = 1_000_000_000_000, MostBytes = 1L << 60;

    /// <summary>The model.</summary>
    public required PlannedModel Model { get; init; }

    /// <summary>Positions of each text.</summary>
    public required long Context { get; init; }

    /// <summary>How keys and values are stored.</summary>
    public required CacheTypes CacheType { get; init; }

    /// <summary>How weights are stored.</summary>
    public required string WeightType { get; init; }

    /// <summary>Bytes of the weights.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Bytes of keys and values of one position in all layers while it is inside every window, without what pages round up.</summary>
    public required double CacheBytesPerToken { get; init; }

    /// <summary>Bytes of the cache of all users, in whole pages.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Bytes of what the engine computes in: activations of a step's tokens, and logits.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Bytes of the drafting model, its cache and activations included; 0 without one.</summary>
    public long DraftBytes => Draft?.TotalBytes ?? 0;

    /// <summary>The plan of the drafting model, for the same texts as far as it was trained for their length: beyond that it drafts nothing. Null without
    /// one.</summary>
    public MemoryPlan? Draft { get; init; }

    /// <summary>Bytes of everything.</summary>
    public long TotalBytes => WeightBytes + CacheBytes + ActivationBytes + DraftBytes;

    /// <summary>Where the figures come from.</summary>
    public required PlanSource Source { get; init; }

    /// <summary>Plans the memory of a model.</summary>
    /// <exception cref="PlanException">An option is out of its range.</exception>
    public static MemoryPlan For(PlannedModel model, MemoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new MemoryOptions();
        long context = options.Context == 0 ? model.Shape.Context : options.Context;
        Require(context is >= 1 and <= MostPositions, nameof(options.Context), $"1 to {MostPositions}", context);
        Require(options.Users is >= 1 and <= MostUsers, nameof(options.Users), $"1 to {MostUsers}", options.Users);
        bool isWithin = options.SharedPrefix >= 0 && options.SharedPrefix <= context;
        Require(isWithin, nameof(options.SharedPrefix), $"0 to {context}, the context", options.SharedPrefix);

        WeightType? type = options.WeightType is null && model.FileBytes is not null ? null : Planning.WeightType.Named(options.WeightType ?? Default);
        bool isCounted = type is null && model.Pages is not null;
        CachePlan cache = new(model, options.CacheType, isCounted);
        Int128 cached = cache.Bytes(context, options.Users, options.SharedPrefix);
        if (cached > MostBytes)
        {
            (string option, long found) = options.Users > 1 ? (nameof(options.Users), options.Users) : (nameof(options.Context), context);
            throw new PlanException("plan-option", option, $"so many that all caches take at most {MostBytes} bytes", $"{found}");
        }
        return new MemoryPlan
        {
            Model = model,
            Context = context,
            CacheType = options.CacheType,
            WeightType = type?.Name ?? (model.FileTypes.Count == 0 ? "f32" : model.FileTypes[0].ToString().ToLowerInvariant()),
            WeightBytes = type?.BytesOf(model.Shape) ?? model.FileBytes!.Value,
            CacheBytesPerToken = cache.BytesPerToken,
            CacheBytes = (long)cached,
            ActivationBytes = Activations.BytesOf(model.Shape, type?.IsQuantized ?? model.FileTypes.Any(static one => TensorGeometry.BlockSize(one) > 1)),
            Draft = options.Draft is null ? null : OfDraft(options.Draft, options, context),
            Source = isCounted ? PlanSource.Counted : PlanSource.Formula,
        };
    }

    private static MemoryPlan OfDraft(PlannedModel draft, MemoryOptions options, long context)
    {
        long drafted = Math.Min(context, draft.Shape.Context);
        return For(draft, options with { Draft = null, WeightType = null, Context = drafted, SharedPrefix = Math.Min(options.SharedPrefix, drafted) });
    }

    private static void Require(bool holds, string option, string expected, long found)
    {
        if (!holds) throw new PlanException("plan-option", option, expected, $"{found}");
    }
}
