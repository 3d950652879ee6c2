namespace Sandglass.Planning;

/// <summary>Bytes that training with Adam in mixed precision keeps for all parameters: 16 each. Activations, which depend on the batch and on what is
/// recomputed, come on top.</summary>
/// <remarks>Source: Rajbhandari et al. 2020, "ZeRO", arXiv:1910.02054, 3.1.</remarks>
/// <param name="Parameters">Parameters that are trained.</param>
public readonly record struct TrainingMemory(double Parameters)
{
    /// <summary>BF16 weights, with which is computed.</summary>
    public double Weights => 2 * Parameters;

    /// <summary>BF16 gradients.</summary>
    public double Gradients => 2 * Parameters;

    /// <summary>F32 weights, to which small steps are added.</summary>
    public double MasterWeights => 4 * Parameters;

    /// <summary>F32 means of the gradients.</summary>
    public double Momentum => 4 * Parameters;

    /// <summary>F32 means of their squares.</summary>
    public double Variance => 4 * Parameters;

    /// <summary>All of it.</summary>
    public double Total => Weights + Gradients + MasterWeights + Momentum + Variance;

    /// <summary>Bytes on each of several accelerators.</summary>
    /// <param name="accelerators">How many.</param>
    /// <param name="stage">What is divided among them: 0 nothing, 1 what the optimizer keeps, 2 gradients too, 3 weights too (ZeRO's stages).</param>
    public double PerAccelerator(long accelerators, int stage)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(accelerators);
        ArgumentOutOfRangeException.ThrowIfNegative(stage);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stage, 3);
        double Share(double bytes, int from) => stage >= from ? bytes / accelerators : bytes;
        return Share(MasterWeights + Momentum + Variance, 1) + Share(Gradients, 2) + Share(Weights, 3);
    }
}
