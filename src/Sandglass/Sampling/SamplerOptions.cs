namespace Sandglass.Sampling;

/// <summary>How a token is chosen from the logits. The defaults are the field's: top-k 40, top-p 0.95, min-p 0.05, temperature 0.8, in this order.</summary>
/// <remarks>Checked where they are used: a value out of its range is a <see cref="SamplingException"/>.</remarks>
public sealed record SamplerOptions
{
    /// <summary>The likeliest token always, the lowest id where several are equal.</summary>
    public static SamplerOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>What the logits are divided by: below 1 sharper, above 1 flatter. 0 takes the likeliest token and skips the filters.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Keeps this many of the likeliest tokens; 0 keeps all.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Keeps the likeliest tokens that together have at least this probability, in (0, 1]; 1 keeps all.</summary>
    /// <remarks>Nucleus sampling: Holtzman et al., <i>The curious case of neural text degeneration</i> (2020).</remarks>
    public double TopP { get; init; } = 0.95;

    /// <summary>Keeps the tokens that have at least this share of the likeliest token's probability, in [0, 1]; 0 keeps all.</summary>
    /// <remarks>Nguyen et al., <i>Turning up the heat: min-p sampling</i> (2024).</remarks>
    public double MinP { get; init; } = 0.05;

    /// <summary>What all randomness of the run follows from; null for a random one, which is reported.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    /// <exception cref="SamplingException">A value is out of its range or not a number.</exception>
    public void Validate()
    {
        if (!(Temperature >= 0 && double.IsFinite(Temperature))) SamplingException.ThrowOption("temperature", "a finite number from 0", Temperature);
        if (TopK < 0) SamplingException.ThrowOption("top-k", "a whole number from 0", TopK);
        if (!(TopP > 0 && TopP <= 1)) SamplingException.ThrowOption("top-p", "a number above 0, at most 1", TopP);
        if (!(MinP >= 0 && MinP <= 1)) SamplingException.ThrowOption("min-p", "a number from 0 to 1", MinP);
    }
}
