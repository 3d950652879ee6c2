using System.Buffers;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Don't repeat yourself: a token that would continue a repetition is penalised, more for a longer repetition.</summary>
/// <remarks>
/// As llama.cpp's <c>dry</c>, by pi6am for koboldcpp: multiplier * base^(length - allowed), where length counts the tokens at the end of the text that also
/// stand before an earlier occurrence of the token.
/// </remarks>
/// <param name="multiplier">0 does nothing.</param>
/// <param name="growth">The base of the power.</param>
/// <param name="allowed">Repetitions shorter than this are free.</param>
/// <param name="window">How many of the last tokens are searched; null for all.</param>
/// <param name="breakers">No repetition crosses one of these.</param>
internal sealed class Dry(double multiplier, double growth, int allowed, int? window, SequenceBreakers breakers) : SamplerStep
{
    private const double LargestLogarithm = 88.7228391;      // of an F32: longer repetitions cost no more
    private readonly int _largestPower = growth > 1.000001 ? (int)(LargestLogarithm / Elementary.Log(growth)) : 0;

    internal override string Name => "dry";

    internal override bool LooksBack => multiplier > 0;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        ReadOnlySpan<int> text = candidates.LastTokens(window);
        if (multiplier == 0 || text.Length <= allowed) return;
        int longest = breakers.TokensSince(text);
        if (longest < allowed) return;

        int[] repeats = ArrayPool<int>.Shared.Rent(text.Length);
        Repeats.Count(text, repeats);
        Span<int> lengths = candidates.Counts;               // [id], the longest repetition that the token would continue
        for (int back = 1; back < text.Length; back++)
        {
            int length = Math.Min(repeats[back], longest);
            int next = text[^back];                          // what came after the run that ends `back` tokens before the end
            if (length >= allowed && length > lengths[next]) lengths[next] = length;
        }
        for (int back = 1; back < text.Length; back++)
        {
            int id = text[^back];
            if (lengths[id] == 0) continue;
            int power = lengths[id] - allowed;
            if (_largestPower > 0 && power > _largestPower) power = _largestPower;
            if (!breakers.IsBreaker(id)) candidates.Change(id, candidates[id] - multiplier * Elementary.Pow(growth, power));
            lengths[id] = 0;
        }
        ArrayPool<int>.Shared.Return(repeats);
    }
}
