using Sandglass.Kernels;

namespace Sandglass.Studies;

/// <summary>How well a model foretells a long text: e to the mean surprise.</summary>
/// <param name="Perplexity">exp(-mean log-probability).</param>
/// <param name="Chunks">Chunks of the context's length that were read.</param>
/// <param name="Tokens">Tokens that were foretold: the second half of each chunk.</param>
/// <param name="Kernels">The kernels that ran.</param>
/// <param name="Compute">How quantised weights were multiplied.</param>
public sealed record PerplexityResult(double Perplexity, int Chunks, int Tokens, string Kernels, ComputeMode Compute);
