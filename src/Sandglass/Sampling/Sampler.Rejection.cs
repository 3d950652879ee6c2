using Sandglass.Kernels;

namespace Sandglass.Sampling;

// Guesses that are kept by their probability, instead of where the choice is the same.
internal sealed partial class Sampler
{
    private double[]? _probabilities;    // [vocabulary], made when it is first wanted

    /// <summary>The probabilities behind the last choice: what the chain left, and 0 for what it removed.</summary>
    /// <param name="to">[vocabulary]</param>
    internal void Distribution(Span<double> to)
    {
        if (_candidates is null || _greedy) throw new InvalidOperationException("Where the likeliest token is taken there is no distribution to draw from.");
        to.Clear();
        float max = _candidates.MaxLogit();
        ulong total = 0;
        foreach (int id in _candidates.Ids) total += Weights.Of(_candidates[id], max);
        foreach (int id in _candidates.Ids) to[id] = Weights.Of(_candidates[id], max) / (double)total;
    }

    /// <summary>Keeps a guess, or draws another token; see <see cref="RejectionDraw"/>. Not for a chain that takes the likeliest.</summary>
    /// <param name="draft">[vocabulary], the probabilities that the guess was drawn from; empty where it was certain.</param>
    internal Choice Check(ReadOnlySpan<float> logits, long position, int guess, ReadOnlySpan<double> draft)
    {
        Choice plain = Choose(logits, position);
        _probabilities ??= new double[_vocabularySize];
        Distribution(_probabilities);
        int id = RejectionDraw.Choose(_probabilities, draft, guess, _seed, position);
        _drawn = (id, -Elementary.Log2(_probabilities[id]));
        return plain with { Id = id, Logprob = logits[id] - plain.LogSumExp };
    }
}
