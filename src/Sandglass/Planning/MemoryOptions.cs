using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>What memory is planned for.</summary>
public sealed record MemoryOptions
{
    /// <summary>Positions that each text takes, prompt and completion together, 1 to 2^30; 0 for what the model was trained for.</summary>
    public long Context { get; init; }

    /// <summary>How keys and values are stored. The default is F16.</summary>
    public CacheTypes CacheType { get; init; } = Kernels.CacheType.F16;

    /// <summary>How weights are stored: the name of a tensor type (<c>q4_0</c>, <c>f16</c>), <c>q4_k_m</c> or <c>fp8</c>. Null for what the file has, or BF16
    /// where there is none.</summary>
    public string? WeightType { get; init; }

    /// <summary>Texts at the same time, 1 to a million million. The default is 1.</summary>
    public long Users { get; init; } = 1;

    /// <summary>Positions at the beginning of all texts that are the same and are kept once, in whole pages. The default is 0.</summary>
    public long SharedPrefix { get; init; }

    /// <summary>A smaller model that guesses ahead; null for none.</summary>
    public PlannedModel? Draft { get; init; }
}
