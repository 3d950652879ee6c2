namespace Sandglass.Sampling;

/// <summary>Keeps a guess or draws another token, so that the result has the target's distribution, however bad the guess.</summary>
/// <remarks>
/// Leviathan, Kalman and Matias, <i>Fast inference from transformers via speculative decoding</i> (2023): a guess x drawn from q is kept with probability
/// min(1, p(x) / q(x));
/// else the token is drawn from what p has above q. It keeps a share of sum of min(p, q) of all guesses, the most that any method can. The text differs from
/// the one without guesses and has the same distribution.
/// </remarks>
internal static class RejectionDraw
{
    private const int Keep = 1 << 16, Rest = Keep + 1;      // stage numbers that no chain reaches: their random bits are used nowhere else
    private const double One = 1.0 / (1UL << 53);

    /// <summary>Chooses the token at <paramref name="position"/>.</summary>
    /// <param name="target">[vocabulary], the probabilities p.</param>
    /// <param name="draft">[vocabulary], the probabilities q that the guess was drawn from; empty where it was certain.</param>
    /// <param name="guess">The guessed token.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="position">Of the token being chosen.</param>
    internal static int Choose(ReadOnlySpan<double> target, ReadOnlySpan<double> draft, int guess, ulong seed, long position)
    {
        if (Uniform(seed, position, Keep) * (draft.IsEmpty ? 1 : draft[guess]) < target[guess]) return guess;

        double total = 0;
        for (int id = 0; id < target.Length; id++) total += Above(target, draft, guess, id);
        double point = Uniform(seed, position, Rest) * total;
        int last = guess;
        for (int id = 0; id < target.Length; id++)
        {
            double above = Above(target, draft, guess, id);
            if (above <= 0) continue;
            last = id;
            if ((point -= above) < 0) break;
        }
        return last;    // the last one too where rounding left a trace of the point
    }

    private static double Above(ReadOnlySpan<double> target, ReadOnlySpan<double> draft, int guess, int id) =>
        draft.IsEmpty ? (id == guess ? 0 : target[id]) : Math.Max(0, target[id] - draft[id]);

    /// <summary>A number in [0, 1), of 53 random bits.</summary>
    private static double Uniform(ulong seed, long position, int step) => (new Chance(seed, position, step).Bits() >> 11) * One;
}
