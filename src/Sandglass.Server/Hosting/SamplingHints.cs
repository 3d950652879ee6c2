using Sandglass.ModelFiles;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>How a model file wants its texts to be drawn: the <c>general.sampling</c> entries of its metadata. Null where it says nothing.</summary>
public sealed record SamplingHints
{
    /// <summary>A file that says nothing.</summary>
    public static SamplingHints None { get; } = new();

    /// <summary><see cref="SamplerOptions.Temperature"/>.</summary>
    public double? Temperature { get; init; }

    /// <summary><see cref="SamplerOptions.TopK"/>.</summary>
    public int? TopK { get; init; }

    /// <summary><see cref="SamplerOptions.TopP"/>.</summary>
    public double? TopP { get; init; }

    /// <summary><see cref="SamplerOptions.MinP"/>.</summary>
    public double? MinP { get; init; }

    /// <summary><see cref="SamplerOptions.RepetitionPenalty"/>.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>OpenAI's defaults, temperature 1 and no filter, and over them what the file says.</summary>
    public SamplerOptions Defaults => new()
    {
        Temperature = Temperature ?? 1,
        TopK = TopK ?? 0,
        TopP = TopP ?? 1,
        MinP = MinP ?? 0,
        RepetitionPenalty = RepetitionPenalty ?? 1,
    };

    /// <summary>Those of a file. One that makes no sense is as good as none.</summary>
    internal static SamplingHints Of(Metadata metadata) => new()
    {
        Temperature = Number(metadata, "temp", value => value is >= 0 and <= 1e9),
        TopK = Number(metadata, "top_k", value => value is >= 0 and <= int.MaxValue && value == Math.Truncate(value)) is double k ? (int)k : null,
        TopP = Number(metadata, "top_p", value => value is > 0 and <= 1),
        MinP = Number(metadata, "min_p", value => value is >= 0 and <= 1),
        RepetitionPenalty = Number(metadata, "penalty_repeat", value => value is >= 0.001 and <= 1000),
    };

    private static double? Number(Metadata metadata, string key, Predicate<double> makesSense)
    {
        double? value = metadata.Values.GetValueOrDefault($"general.sampling.{key}") switch
        {
            float small => Math.Round(small, 6),    // 0.1 as it was meant
            double large => large,
            int whole => whole,
            uint whole => whole,
            long whole => whole,
            _ => null,
        };
        return value is double number && makesSense(number) ? number : null;
    }
}
