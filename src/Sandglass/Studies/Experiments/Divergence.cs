using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>How far one distribution is from another.</summary>
internal static class Divergence
{
    /// <summary>The Kullback-Leibler divergence, in nats: what is lost by expecting the other where the truth is this one. 0 for equal ones.</summary>
    /// <param name="truth">[vocabulary], logits.</param>
    /// <param name="other">[vocabulary], logits.</param>
    public static double KullbackLeibler(ReadOnlySpan<float> truth, ReadOnlySpan<float> other)
    {
        LogSumExp own = LogSumExp.Of(truth), others = LogSumExp.Of(other);
        double sum = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            double logprob = (double)truth[i] - own.Max - own.Log;
            sum += Elementary.Exp(logprob) * (logprob - ((double)other[i] - others.Max - others.Log));
        }
        return Math.Max(sum, 0);
    }
}
