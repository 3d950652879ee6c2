namespace Sandglass.Planning;

/// <summary>What takes most of a step's time.</summary>
public enum StepBound
{
    /// <summary>Bytes that are read.</summary>
    Memory,

    /// <summary>Operations.</summary>
    Compute,
}

/// <summary>What a step, or a prompt's steps, costs.</summary>
/// <param name="WeightBytes">Bytes of weights that are read.</param>
/// <param name="CacheBytes">Bytes of keys and values that are read.</param>
/// <param name="WeightOperations">Operations with weights, two a multiply-add.</param>
/// <param name="AttentionOperations">Operations of attention.</param>
/// <param name="WeightSeconds">Seconds of products with weights.</param>
/// <param name="AttentionSeconds">Seconds of attention.</param>
/// <param name="OtherSeconds">Seconds of all else: norms, choosing, what a step costs whatever is in it. 0 of a data sheet, which does not say.</param>
/// <param name="MemorySeconds">Of the seconds, those that wait for memory.</param>
public readonly record struct StepCost(double WeightBytes, double CacheBytes, double WeightOperations, double AttentionOperations, double WeightSeconds,
    double AttentionSeconds, double OtherSeconds, double MemorySeconds)
{
    /// <summary>All seconds.</summary>
    public double Seconds => WeightSeconds + AttentionSeconds + OtherSeconds;

    /// <summary>What takes most of them.</summary>
    public StepBound Bound => 2 * MemorySeconds >= Seconds ? StepBound.Memory : StepBound.Compute;

    /// <summary>Both, one after the other.</summary>
    public static StepCost operator +(StepCost first, StepCost second) => new(
        first.WeightBytes + second.WeightBytes, first.CacheBytes + second.CacheBytes, first.WeightOperations + second.WeightOperations,
        first.AttentionOperations + second.AttentionOperations, first.WeightSeconds + second.WeightSeconds,
        first.AttentionSeconds + second.AttentionSeconds, first.OtherSeconds + second.OtherSeconds, first.MemorySeconds + second.MemorySeconds);

    /// <summary>So many times as much.</summary>
    public static StepCost operator *(double times, StepCost cost) => new(
        times * cost.WeightBytes, times * cost.CacheBytes, times * cost.WeightOperations, times * cost.AttentionOperations, times * cost.WeightSeconds,
        times * cost.AttentionSeconds, times * cost.OtherSeconds, times * cost.MemorySeconds);
}
