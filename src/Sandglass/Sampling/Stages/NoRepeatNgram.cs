using System.Buffers;

namespace Sandglass.Sampling;

/// <summary>Removes every token that would complete a run of n tokens that the text, prompt included, already has.</summary>
/// <remarks>As <c>no_repeat_ngram_size</c> of Hugging Face transformers. If that would leave nothing, it removes nothing.</remarks>
/// <param name="n">0 does nothing.</param>
internal sealed class NoRepeatNgram(int n) : SamplerStep
{
    internal override string Name => "no_repeat_ngram";

    internal override bool LooksBack => n > 0;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        ReadOnlySpan<int> text = candidates.Text;
        if (n == 0 || text.Length < n) return;
        int[] repeats = ArrayPool<int>.Shared.Rent(text.Length);
        if (n > 1) Repeats.Count(text, repeats);
        for (int back = 1; back <= text.Length - n + 1; back++)
        {
            if (n == 1 || repeats[back] >= n - 1) candidates.Remove(text[^back]);
        }
        ArrayPool<int>.Shared.Return(repeats);
    }
}
