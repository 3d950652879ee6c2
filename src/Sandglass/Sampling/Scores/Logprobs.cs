using System.Buffers;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Log-probabilities of the model's own distribution, before any stage; natural logarithm.</summary>
internal static class Logprobs
{
    /// <summary>The likeliest tokens, likeliest first, the lower id first among equals.</summary>
    /// <param name="logits">[vocabulary]</param>
    /// <param name="logSumExp">The row's.</param>
    /// <param name="top">Filled from its start; as many as it has room for.</param>
    /// <returns>How many were filled in: fewer than there is room for if the vocabulary is smaller.</returns>
    internal static int Top(ReadOnlySpan<float> logits, LogSumExp logSumExp, Span<TokenLogprob> top)
    {
        int n = Math.Min(top.Length, logits.Length);
        if (n == 0) return 0;

        ulong[] room = ArrayPool<ulong>.Shared.Rent(n);
        ReadOnlySpan<ulong> keys = Best.Of(logits, logSumExp.Max, room.AsSpan(0, n)).Sorted();
        for (int i = 0; i < n; i++) top[i] = new TokenLogprob(LikelihoodOrder.Id(keys[i]), logSumExp.Logprob(LikelihoodOrder.Logit(keys[i])));
        ArrayPool<ulong>.Shared.Return(room);
        return n;
    }

    /// <summary>A token's rank, 1 is the likeliest; among equals the lower id comes first.</summary>
    internal static int Rank(ReadOnlySpan<float> logits, int id)
    {
        float own = logits[id];
        return 1 + RowScan.CountFrom(logits[..id], own) + RowScan.CountFrom(logits[id..], MathF.BitIncrement(own));
    }
}
