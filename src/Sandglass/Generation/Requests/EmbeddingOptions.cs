namespace Sandglass.Generation;

/// <summary>How a text is embedded.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>Most tokens that go through the model in one step; 0 leaves it to the engine. The embedding is the same.</summary>
    public int PrefillChunk { get; init; }

    /// <summary>As <see cref="GenerationOptions.Priority"/>.</summary>
    public int Priority { get; init; }

    /// <summary>As <see cref="GenerationOptions.Tenant"/>.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>As <see cref="GenerationOptions.StartWithin"/>.</summary>
    public TimeSpan? StartWithin { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    internal void Validate()
    {
        GenerationOptions.Require(PrefillChunk >= 0, nameof(PrefillChunk), "a whole number from 1", PrefillChunk);
        GenerationOptions.RequireService(Priority, Tenant, StartWithin);
    }
}
