using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>How a model runs on a machine whose times are planned.</summary>
public sealed record TimeOptions
{
    /// <summary>How weights are stored, as <see cref="MemoryOptions.WeightType"/>: null for what the file has, or BF16 where there is none.</summary>
    public string? WeightType { get; init; }

    /// <summary>How keys and values are stored. The default is F16.</summary>
    public CacheTypes CacheType { get; init; } = Kernels.CacheType.F16;

    /// <summary>How many of the machine share each step evenly (tensor parallel), 1 to 1,024. What they tell each other is assumed to take no time.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The share of a data sheet's rates that is reached, of bytes and of operations, above 0 to 1. The default is 1: what is possible at best. Of a
    /// machine that was measured it must be 1.</summary>
    public double Reached { get; init; } = 1;
}
