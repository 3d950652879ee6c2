using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Takes notes while a chain runs, for samplers that were asked to explain.</summary>
/// <param name="vocabularySize">The length of a row.</param>
internal sealed class Explainer(int vocabularySize)
{
    private const int Likeliest = 64;
    private const int Others = 5;

    private readonly float[] _row = new float[vocabularySize];
    private readonly List<SamplerStage> _stages = [];

    /// <summary>A token is about to be chosen.</summary>
    internal void Begin() => _stages.Clear();

    /// <summary>A stage has run.</summary>
    internal void Note(SamplerStep step, Candidates candidates) => _stages.Add(new SamplerStage(step.Name, candidates.Count, Entropy(Row(candidates), out _)));

    /// <summary>The token is chosen.</summary>
    internal Explanation Explain(
        ReadOnlySpan<float> logits, LogSumExp logSumExp, Candidates candidates, Drawn drawn, IReadOnlyList<SamplerStep> steps, bool greedy)
    {
        int chosen = drawn.Interval.Id;
        double entropy = Entropy(Row(candidates), out LogSumExp finalSum);
        return new Explanation
        {
            Rank = Logprobs.Rank(logits, chosen),
            EntropyRaw = Entropy(logits, out _),
            EntropyFinal = entropy,
            Kept = candidates.Count,
            Final = Final(candidates, finalSum),
            IsLikeliest = greedy,
            Draw = drawn.Point / (double)drawn.Total,
            Interval = (drawn.Interval.From / (double)drawn.Total, drawn.Interval.To / (double)drawn.Total),
            Stages = [.. _stages],
            Alternatives = Alternatives(logits, logSumExp, candidates, finalSum, chosen, steps),
        };
    }

    private ReadOnlySpan<float> Row(Candidates candidates)
    {
        int count = 0;
        foreach (int id in candidates.Ids) _row[count++] = candidates[id];
        return _row.AsSpan(0, count);
    }

    /// <summary>The sum of -p ln p over a row's F32 softmax, in nats.</summary>
    private static double Entropy(ReadOnlySpan<float> row, out LogSumExp logSumExp)
    {
        logSumExp = LogSumExp.Of(row);
        double entropy = 0;
        foreach (float logit in row)
        {
            float logprob = logSumExp.Logprob(logit);
            if (float.IsFinite(logprob)) entropy -= (double)Elementary.Exp(logprob) * logprob;
        }
        return Math.Max(entropy, 0);                         // one token's probability may round to a little above 1
    }

    private static TokenProbability[] Final(Candidates candidates, LogSumExp logSumExp)
    {
        var best = new Best(new ulong[Math.Min(Likeliest, candidates.Count)]);
        foreach (int id in candidates.Ids) best.Offer(candidates[id], id);
        ReadOnlySpan<ulong> keys = best.Sorted();
        var final = new TokenProbability[keys.Length];
        for (int i = 0; i < final.Length; i++) final[i] = new(LikelihoodOrder.Id(keys[i]), Elementary.Exp(logSumExp.Logprob(LikelihoodOrder.Logit(keys[i]))));
        return final;
    }

    private static Alternative[] Alternatives(
        ReadOnlySpan<float> logits, LogSumExp logSumExp, Candidates candidates, LogSumExp finalSum, int chosen, IReadOnlyList<SamplerStep> steps)
    {
        Span<TokenLogprob> top = stackalloc TokenLogprob[Math.Min(Others + 1, logits.Length)];
        Logprobs.Top(logits, logSumExp, top);
        List<Alternative> alternatives = [];
        foreach (TokenLogprob token in top)
        {
            if (token.Id == chosen || alternatives.Count == Others) continue;
            int step = candidates.RemovedBy(token.Id);
            float probability = step == 0 ? Elementary.Exp(finalSum.Logprob(candidates[token.Id])) : 0;
            alternatives.Add(new Alternative(token.Id, token.Logprob, probability, step == 0 ? null : steps[step - 1].Name));
        }
        return [.. alternatives];
    }
}
