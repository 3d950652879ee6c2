using System.Buffers;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>Logits to the tokens that a beam may go on with: log-probabilities first, then the steps that change or ban some of them, as transformers does.</summary>
/// <param name="steps">Penalties, biases, bans; no filters.</param>
/// <param name="vocabularySize">The length of every row.</param>
internal sealed class BeamScorer(SamplerStep[] steps, int vocabularySize)
{
    private readonly Candidates _candidates = new(vocabularySize);
    private readonly float[] _logprobs = new float[vocabularySize];    // [id]: the model's own

    /// <summary>Takes the logits behind a text; <see cref="Offer"/> is then about them.</summary>
    /// <exception cref="SamplingException">They are no distribution.</exception>
    /// <returns>What makes a logit a log-probability.</returns>
    public float Read(ReadOnlySpan<float> logits, List<int> text)
    {
        float logSumExp = Logprobs.LogSumExp(logits);
        if (!float.IsFinite(logSumExp)) SamplingException.ThrowLogits(logits, text.Count);
        for (int id = 0; id < logits.Length; id++) _logprobs[id] = logits[id] - logSumExp;
        _candidates.Reset(_logprobs, text);
        for (int i = 0; i < steps.Length; i++) _candidates.Run(steps[i], new Chance(0, text.Count, i + 1));
        return logSumExp;
    }

    /// <summary>Adds the best few continuations of a beam.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="beam">The beam's place in its group.</param>
    /// <param name="score">The beam's score.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="facts">What else is told of the row.</param>
    public void Offer(List<BeamCandidate> to, int beam, float score, int count, BeamFacts facts)
    {
        count = Math.Min(count, _candidates.Count);
        ulong[] room = ArrayPool<ulong>.Shared.Rent(count);
        Best best = new(room.AsSpan(0, count));
        foreach (int id in _candidates.Ids) best.Offer(score + _candidates[id], id);    // the sum is what is compared: rounding may make ties
        foreach (ulong key in best.Sorted())
        {
            int id = LikelihoodOrder.Id(key);
            if (!float.IsNegativeInfinity(_candidates[id])) to.Add(new BeamCandidate(beam, id, _logprobs[id], _candidates[id], score + _candidates[id], facts));
        }
        ArrayPool<ulong>.Shared.Return(room);
    }
}
