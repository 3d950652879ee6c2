using System.Collections.Frozen;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Takes notes while a chain runs, for samplers that were asked to explain.</summary>
/// <param name="vocabularySize">The length of a row.</param>
internal sealed class Explainer(int vocabularySize)
{
    private const int Likeliest = 64;
    private const int Others = 5;

    private static readonly FrozenSet<string> Filters =
        StepKind.All.Where(kind => kind.Role == StepRole.Filter).Select(kind => kind.Name).ToFrozenSet();

    private readonly float[] _row = new float[vocabularySize];
    private readonly List<SamplerStage> _stages = [];
    private double _rawEntropy, _entropy;       // of the model's own distribution; of what is left
    private LogSumExp _raw, _sum;               // the same
    private int _count;
    private bool _isRaw;                        // no stage has changed anything

    /// <summary>A token is about to be chosen.</summary>
    /// <returns>What <see cref="LogSumExp.Of"/> gives, by bits: one pass gives that and the entropy.</returns>
    internal LogSumExp Begin(ReadOnlySpan<float> logits)
    {
        _stages.Clear();
        Look(logits, logits.Length);
        (_raw, _rawEntropy, _isRaw) = (_sum, _entropy, true);
        return _raw;
    }

    /// <summary>A stage has run.</summary>
    internal void Note(SamplerStep step, Candidates candidates)
    {
        if (candidates.Count != _count || !Filters.Contains(step.Name))     // a filter that removed nothing changed nothing
        {
            Look(candidates.Logits(0, _row), candidates.Count);     // what lies side by side already is not copied
            _isRaw = false;
        }
        _stages.Add(new SamplerStage(step.Name, _count, _entropy));
    }

    /// <summary>The token is chosen.</summary>
    /// <param name="explains">Whether it was to be explained: without that a trace lists as many of the final candidates as of the first ones.</param>
    /// <param name="watch">What else is told; null for nothing.</param>
    internal (Explanation Why, WatchedCandidates? Watched) Explain(
        ReadOnlySpan<float> logits, Candidates candidates, Drawn drawn, SamplerStep[] steps, bool greedy, bool explains, CandidateWatch? watch)
    {
        int chosen = drawn.Interval.Id, told = Math.Max(Others + 1, watch?.Likeliest ?? 0), final = Math.Min(explains ? Likeliest : told, Likeliest);
        TokenLogprob[] top = new TokenLogprob[Math.Min(_isRaw ? Math.Max(told, final) : told, logits.Length)];
        Logprobs.Top(logits, _raw, top);
        Told row = new(logits, _raw, candidates, _sum, steps, top);
        Explanation why = new()
        {
            Rank = row.Rank(chosen),
            EntropyRaw = _rawEntropy,
            EntropyFinal = _entropy,
            Kept = _count,
            Final = _isRaw ? Final(top.AsSpan(0, Math.Min(final, top.Length))) : Final(candidates, final),
            IsLikeliest = greedy,
            Draw = drawn.Point / (double)drawn.Total,
            Interval = (drawn.Interval.From / (double)drawn.Total, drawn.Interval.To / (double)drawn.Total),
            Stages = [.. _stages],
            Alternatives = row.Alternatives(chosen),
        };
        return (why, watch is null ? null : row.Watched(watch, chosen));
    }

    private void Look(ReadOnlySpan<float> row, int count)
    {
        _entropy = Entropy.Of(row, out float max, out double log);
        (_sum, _count) = (new LogSumExp(max, log), count);
    }

    private static TokenProbability[] Final(ReadOnlySpan<TokenLogprob> likeliest)
    {
        var final = new TokenProbability[likeliest.Length];
        for (int i = 0; i < final.Length; i++) final[i] = new(likeliest[i].Id, Elementary.Exp(likeliest[i].Logprob));
        return final;
    }

    private TokenProbability[] Final(Candidates candidates, int most)
    {
        ReadOnlySpan<ulong> keys = candidates.Best(Math.Min(most, candidates.Count)).Sorted();
        var final = new TokenProbability[keys.Length];
        for (int i = 0; i < final.Length; i++) final[i] = new(LikelihoodOrder.Id(keys[i]), Elementary.Exp(_sum.Logprob(LikelihoodOrder.Logit(keys[i]))));
        return final;
    }

    /// <summary>What is told of single tokens of a row.</summary>
    /// <param name="logits">[vocabulary], the model's own row.</param>
    /// <param name="raw">Of that row.</param>
    /// <param name="candidates">What the chain left.</param>
    /// <param name="final">Of what is left.</param>
    /// <param name="steps">The chain.</param>
    /// <param name="top">The likeliest of the row.</param>
    private readonly ref struct Told(
        ReadOnlySpan<float> logits, LogSumExp raw, Candidates candidates, LogSumExp final, SamplerStep[] steps, TokenLogprob[] top)
    {
        private readonly ReadOnlySpan<float> _logits = logits;
        private readonly LogSumExp _raw = raw, _final = final;

        public int Rank(int id)
        {
            for (int i = 0; i < top.Length; i++)
            {
                if (top[i].Id == id) return i + 1;
            }
            return Logprobs.Rank(_logits, id);
        }

        public Alternative[] Alternatives(int chosen)
        {
            List<Alternative> alternatives = new(Others);
            for (int i = 0; i < Math.Min(Others + 1, top.Length); i++)
            {
                if (top[i].Id == chosen || alternatives.Count == Others) continue;
                (float probability, string? removedBy) = Fate(top[i].Id);
                alternatives.Add(new Alternative(top[i].Id, top[i].Logprob, probability, removedBy));
            }
            return [.. alternatives];
        }

        public WatchedCandidates Watched(CandidateWatch watch, int chosen)
        {
            TraceCandidate[] likeliest = new TraceCandidate[Math.Min(watch.Likeliest, top.Length)];
            double coverage = 0;
            for (int i = 0; i < likeliest.Length; i++)
            {
                likeliest[i] = Candidate(top[i].Id, i + 1);
                coverage += likeliest[i].Probability;
            }
            TraceCandidate[] asked = new TraceCandidate[1 + watch.Asked.Length];
            for (int i = 0; i < asked.Length; i++)
            {
                int id = i == 0 ? chosen : watch.Asked[i - 1];
                asked[i] = Candidate(id, Rank(id));
            }
            return new WatchedCandidates(likeliest, Math.Min(coverage, 1), asked);
        }

        private TraceCandidate Candidate(int id, int rank)
        {
            (float probability, string? removedBy) = Fate(id);
            return new TraceCandidate(id, rank, _logits[id], Elementary.Exp(_raw.Logprob(_logits[id])), probability, removedBy);
        }

        /// <summary>A token's probability in the distribution that the draw was from, or the stage that removed it.</summary>
        private (float Probability, string? RemovedBy) Fate(int id)
        {
            int step = candidates.RemovedBy(id);
            return step == 0 ? (Elementary.Exp(_final.Logprob(candidates[id])), null) : (0, steps[step - 1].Name);
        }
    }
}
