namespace Sandglass.Sampling;

/// <summary>Why a token was chosen, as told by the code that chose it.</summary>
/// <remarks>Entropies are in nats; they and the probabilities are of the F32 softmax, while the draw's interval is of its integer weights.</remarks>
public sealed record Explanation
{
    /// <summary>The token's place in the model's own distribution; 1 is the likeliest.</summary>
    public required int Rank { get; init; }

    /// <summary>The entropy of the model's own distribution.</summary>
    public required double EntropyRaw { get; init; }

    /// <summary>The entropy of what the chain left.</summary>
    public required double EntropyFinal { get; init; }

    /// <summary>How many ids no stage removed, including those whose probability rounds to 0.</summary>
    public required int Kept { get; init; }

    /// <summary>The likeliest of them, at most 64, likeliest first; in a trace that was not asked to explain, as many as it lists candidates.</summary>
    public required IReadOnlyList<TokenProbability> Final { get; init; }

    /// <summary>Whether the likeliest token was taken, at temperature 0: nothing was drawn.</summary>
    public required bool IsLikeliest { get; init; }

    /// <summary>The number that was drawn, in [0, 1); 0 where the likeliest token is taken, whose interval begins there.</summary>
    public required double Draw { get; init; }

    /// <summary>The chosen token's part of [0, 1): from &lt;= draw &lt; to, the likeliest token's is the first.</summary>
    public required (double From, double To) Interval { get; init; }

    /// <summary>What each stage left, in order.</summary>
    public required IReadOnlyList<SamplerStage> Stages { get; init; }

    /// <summary>The likeliest tokens of the model's own distribution that were not chosen.</summary>
    public required IReadOnlyList<Alternative> Alternatives { get; init; }
}

/// <summary>A token and its probability.</summary>
public readonly record struct TokenProbability(int Id, float Probability);

/// <summary>What a stage of the chain left.</summary>
/// <param name="Name">The stage's, for instance <c>top_k</c>.</param>
/// <param name="Kept">How many ids were left after it.</param>
/// <param name="Entropy">Of what was left, in nats.</param>
public readonly record struct SamplerStage(string Name, int Kept, double Entropy);

/// <summary>A token that was not chosen.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logprob">In the model's own distribution.</param>
/// <param name="Probability">In the one that the draw was from; 0 where a stage removed it.</param>
/// <param name="RemovedBy">The name of that stage; null if none removed it.</param>
public readonly record struct Alternative(int Id, float Logprob, float Probability, string? RemovedBy);
