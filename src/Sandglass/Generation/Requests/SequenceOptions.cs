namespace Sandglass.Generation;

/// <summary>How a text is read whose tokens the caller chooses (<see cref="TokenSequence"/>).</summary>
public sealed record SequenceOptions
{
    /// <summary>As <see cref="GenerationOptions.ShareCache"/>: the first tokens are taken from texts that begin alike, where they are. The logits are the
    /// same.</summary>
    public bool ShareCache { get; init; } = true;

    /// <summary>As <see cref="GenerationOptions.CacheSalt"/>.</summary>
    public string? CacheSalt { get; init; }

    /// <summary>As <see cref="GenerationOptions.Priority"/>.</summary>
    public int Priority { get; init; }

    /// <summary>As <see cref="GenerationOptions.Tenant"/>.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>As <see cref="GenerationOptions.StartWithin"/>, of the first read.</summary>
    public TimeSpan? StartWithin { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    internal void Validate()
    {
        GenerationOptions.RequireSalt(CacheSalt, nameof(CacheSalt));
        GenerationOptions.RequireService(Priority, Tenant, StartWithin);
    }
}
