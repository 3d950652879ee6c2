namespace Sandglass.Sampling;

/// <summary>A token and how likely the model holds it to be.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logprob">The natural logarithm of its probability in the model's own distribution.</param>
public readonly record struct TokenLogprob(int Id, float Logprob);
