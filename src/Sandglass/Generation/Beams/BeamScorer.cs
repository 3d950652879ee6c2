using System.Buffers;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>
/// Logits to the tokens that a beam may go on with: log-probabilities first, then the stages that change or ban some of them, as in transformers.
/// </summary>
/// <param name="steps">Penalties, biases, bans; no filters.</param>
/// <param name="buffers">The engine's.</param>
internal sealed class BeamScorer(SamplerStep[] steps, SamplingBuffers buffers)
{
    /// <summary>Takes the logits after a text; the <see cref="Offer"/> that follows refers to them.</summary>
    /// <exception cref="SamplingException">They are no distribution.</exception>
    /// <returns>What makes a logit a log-probability.</returns>
    public LogSumExp Read(ReadOnlySpan<float> logits, List<int> text)
    {
        LogSumExp logSumExp = LogSumExp.Of(logits);
        if (!logSumExp.IsFinite) SamplingException.ThrowLogits(logits, text.Count);
        float[] logprobs = buffers.Logprobs;
        for (int id = 0; id < logits.Length; id++) logprobs[id] = logSumExp.Logprob(logits[id]);
        buffers.Candidates.Reset(logprobs, text);
        for (int i = 0; i < steps.Length; i++) buffers.Candidates.Run(steps[i], new Chance(0, text.Count, i + 1));
        return logSumExp;
    }

    /// <summary>Adds the best few continuations of a beam.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="beam">The beam's place in its group.</param>
    /// <param name="score">The beam's score.</param>
    /// <param name="count">The most to add.</param>
    /// <param name="facts">What else is reported of the row.</param>
    public void Offer(List<BeamCandidate> to, int beam, float score, int count, RowFacts facts)
    {
        Candidates candidates = buffers.Candidates;
        count = Math.Min(count, candidates.Count);
        ulong[] room = ArrayPool<ulong>.Shared.Rent(count);
        Best best = new(room.AsSpan(0, count));
        foreach (int id in candidates.Ids) best.Offer(score + candidates[id], id);      // the sum is what is compared: rounding may make ties
        foreach (ulong key in best.Sorted())
        {
            int id = LikelihoodOrder.Id(key);
            if (float.IsNegativeInfinity(candidates[id])) continue;
            to.Add(new BeamCandidate(beam, id, buffers.Logprobs[id], candidates[id], score + candidates[id], facts));
        }
        ArrayPool<ulong>.Shared.Return(room);
    }
}
