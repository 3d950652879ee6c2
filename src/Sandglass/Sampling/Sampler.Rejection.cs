using Sandglass.Kernels;

namespace Sandglass.Sampling;

// Guesses that are kept by their probability, instead of where the choice is the same.
internal sealed unsafe partial class Sampler
{
    /// <summary>The probabilities of the last choice: those that the chain left, and 0 for what it removed.</summary>
    /// <param name="logits">The row that it was made from.</param>
    /// <param name="to">[vocabulary]</param>
    internal void Distribution(ReadOnlySpan<float> logits, Span<double> to)
    {
        if (_greedy) throw new InvalidOperationException("Where the likeliest token is taken there is no distribution to draw from.");
        Candidates candidates = Buffers.Candidates;
        fixed (float* row = logits)
        {
            candidates.LendAgain(row);
            candidates.Probabilities(to);
            candidates.Return();
        }
    }

    /// <summary>Keeps a guess, or draws another token; see <see cref="RejectionDraw"/>. Only for chains that draw.</summary>
    /// <param name="draft">[vocabulary], the probabilities that the guess was drawn from; empty where it was certain.</param>
    internal Choice Check(ReadOnlySpan<float> logits, long position, int guess, ReadOnlySpan<double> draft)
    {
        Choice plain = Choose(logits, position);
        double[] probabilities = Buffers.Probabilities;
        Distribution(logits, probabilities);
        int id = RejectionDraw.Choose(probabilities, draft, guess, _seed, position);
        _drawn = (id, -Elementary.Log2(probabilities[id]));
        return plain with { Id = id, Logprob = plain.LogSumExp.Logprob(logits[id]) };
    }
}
