using Sandglass.Kernels;

namespace Sandglass.Studies;

/// <summary>Perplexity: exp of the mean negative log-likelihood.</summary>
/// <param name="Perplexity">exp(-mean log-probability).</param>
/// <param name="Chunks">Chunks that were processed.</param>
/// <param name="Tokens">Tokens that were predicted: the second half of each chunk.</param>
/// <param name="Kernels">The kernels that ran.</param>
/// <param name="Compute">How quantised weights were multiplied.</param>
public sealed record PerplexityResult(double Perplexity, int Chunks, int Tokens, string Kernels, ComputeMode Compute);
