namespace Sandglass.Sampling;

/// <summary>A token that could have come.</summary>
/// <param name="Id">The token.</param>
/// <param name="Rank">Its place in the model's own distribution; 1 is the likeliest.</param>
/// <param name="Logit">As the model gave it.</param>
/// <param name="Probability">In the model's own distribution.</param>
/// <param name="Final">In the one that the draw was from; 0 where a stage removed it.</param>
/// <param name="RemovedBy">That stage's name; null if none did.</param>
public readonly record struct TraceCandidate(int Id, int Rank, float Logit, float Probability, float Final, string? RemovedBy);
