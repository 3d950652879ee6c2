using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Keeps the surprise of the text near a target: removes what would surprise too much, and learns from each token how much that is.</summary>
/// <remarks>
/// Basu et al. (2021), as llama.cpp has it. Version 1 estimates from the likeliest tokens how the tail falls (Zipf) and keeps that many; version 2 cuts where
/// the surprise passes mu.
/// </remarks>
internal sealed class Mirostat(int version, double tau, double eta) : SamplerStep
{
    private const int EstimatedFrom = 100;                   // tokens, "m" in the paper
    private const double Ln2 = 0.6931471805599453;

    /// <summary>The largest surprise allowed, in bits.</summary>
    internal double Mu { get; private set; } = 2 * tau;

    internal override string Name => "mirostat";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (candidates.Count == 1) return;
        if (version == 1) KeepByRank(candidates);
        else KeepBySurprise(candidates);
    }

    internal override void Learn(double surprise) => Mu -= eta * (surprise - tau);

    internal override SamplerStep Fork() => new Mirostat(version, tau, eta) { Mu = Mu };

    private void KeepBySurprise(Candidates candidates)
    {
        float max = candidates.MaxLogit();
        double z = candidates.SumWeights().All;
        double floor = max + Elementary.Log(z / Weights.One) - Mu * Ln2;
        if (floor > max) candidates.RemoveAfter(LikelihoodOrder.Key(max, candidates.Likeliest()));   // all surprise too much
        else candidates.RemoveBelow(floor);
    }

    private void KeepByRank(Candidates candidates)
    {
        int known = Math.Min(EstimatedFrom, candidates.Count);
        double kept = Rank(candidates.Best(known).Sorted(), candidates.VocabularySize);
        new TopK(kept >= 1 ? (int)Math.Min(kept, candidates.Count) : 1).Apply(candidates, default);
    }

    /// <summary>How many of the likeliest tokens have a surprise of at most mu, where the i-th's probability falls as i^-s.</summary>
    private double Rank(ReadOnlySpan<ulong> keys, int vocabularySize)
    {
        double products = 0, squares = 0;
        for (int i = 0; i + 1 < keys.Length; i++)
        {
            double step = Elementary.Log((i + 2.0) / (i + 1));
            double fall = (double)LikelihoodOrder.Logit(keys[i]) - LikelihoodOrder.Logit(keys[i + 1]);
            if (!double.IsFinite(fall)) break;               // the model forbids the rest
            products += step * fall;
            squares += step * step;
        }
        if (squares == 0) return 1;
        double s = products / squares;
        double epsilon = s - 1;
        double scale = Math.Abs(epsilon) < 1e-9 ? 1 / Elementary.Log(vocabularySize) : epsilon / (1 - Elementary.Pow(vocabularySize, -epsilon));
        double rank = scale * Elementary.Pow(2, Mu);
        return s == 0 ? (rank > 1 ? vocabularySize : 1) : Elementary.Pow(rank, 1 / s);
    }
}
