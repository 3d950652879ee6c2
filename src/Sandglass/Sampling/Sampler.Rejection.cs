using Sandglass.Kernels;

namespace Sandglass.Sampling;

// Guesses that are kept by their probability, instead of where the choice is the same.
internal sealed partial class Sampler
{
    /// <summary>The probabilities of the last choice: those that the chain left, and 0 for what it removed.</summary>
    /// <param name="to">[vocabulary]</param>
    internal void Distribution(Span<double> to)
    {
        if (_greedy) throw new InvalidOperationException("Where the likeliest token is taken there is no distribution to draw from.");
        Candidates candidates = Buffers.Candidates;
        to.Clear();
        float max = candidates.MaxLogit();
        ulong total = 0;
        foreach (int id in candidates.Ids) total += Weights.Of(candidates[id], max);
        foreach (int id in candidates.Ids) to[id] = Weights.Of(candidates[id], max) / (double)total;
    }

    /// <summary>Keeps a guess, or draws another token; see <see cref="RejectionDraw"/>. Only for chains that draw.</summary>
    /// <param name="draft">[vocabulary], the probabilities that the guess was drawn from; empty where it was certain.</param>
    internal Choice Check(ReadOnlySpan<float> logits, long position, int guess, ReadOnlySpan<double> draft)
    {
        Choice plain = Choose(logits, position);
        double[] probabilities = Buffers.Probabilities;
        Distribution(probabilities);
        int id = RejectionDraw.Choose(probabilities, draft, guess, _seed, position);
        _drawn = (id, -Elementary.Log2(probabilities[id]));
        return plain with { Id = id, Logprob = plain.LogSumExp.Logprob(logits[id]) };
    }
}
