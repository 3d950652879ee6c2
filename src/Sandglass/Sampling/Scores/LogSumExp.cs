using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>What turns the logits of a row into log-probabilities: log(sum of e^logit), as the largest logit and the rest.</summary>
/// <remarks>
/// The two stay apart: added up in F32, the logarithm would be lost where logits are large, and two tokens of the same logit would have a probability of 1
/// each.
/// </remarks>
/// <param name="Max">The largest logit.</param>
/// <param name="Log">log(sum of e^(logit - Max)), from 0.</param>
internal readonly record struct LogSumExp(float Max, double Log)
{
    /// <summary>Whether the row is a distribution: no NaN, no positive infinity, and at least one finite logit.</summary>
    internal bool IsFinite => float.IsFinite(Max) && double.IsFinite(Log);

    internal static LogSumExp Of(ReadOnlySpan<float> row)
    {
        double log = Softmax.LogSum(row, out float max);
        return new LogSumExp(max, log);
    }

    /// <summary>The natural logarithm of the probability that a logit of the row stands for.</summary>
    internal float Logprob(float logit) => (float)((double)logit - Max - Log);
}
