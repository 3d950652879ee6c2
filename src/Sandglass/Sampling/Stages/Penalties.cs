using System.Runtime.InteropServices;

namespace Sandglass.Sampling;

/// <summary>Makes tokens that occurred less likely: by a factor, by a constant, and by a constant for each time.</summary>
/// <remarks>
/// The factor counts each token once (CTRL, as transformers and llama.cpp have it); the constants are OpenAI's <c>presence_penalty</c> and
/// <c>frequency_penalty</c>.
/// </remarks>
/// <param name="repetition">Divides a positive logit and multiplies a negative one.</param>
/// <param name="frequency">Subtracted from the logit for each occurrence.</param>
/// <param name="presence">Subtracted from the logit once.</param>
/// <param name="window">How many of the last tokens are counted; null for all.</param>
internal sealed class Penalties(double repetition, double frequency, double presence, int? window) : SamplerStep
{
    private Dictionary<int, int> _times = [];                // [id], of the accepted tokens that the window holds
    private int _accepted;

    internal override string Name => "penalties";

    internal override bool LooksBack => repetition != 1 || frequency != 0 || presence != 0;

    /// <summary>The counts move with accepted tokens. A text that was not accepted, as a beam's is not, is counted anew.</summary>
    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (!LooksBack) return;
        if (_accepted == candidates.Text.Length)
        {
            foreach ((int id, int times) in _times) Penalise(candidates, id, times);
            return;
        }
        ReadOnlySpan<int> text = candidates.LastTokens(window);
        Span<int> counts = candidates.Counts;
        foreach (int id in text) counts[id]++;
        foreach (int id in text)
        {
            if (counts[id] == 0) continue;                   // already penalised
            Penalise(candidates, id, counts[id]);
            counts[id] = 0;
        }
    }

    internal override void Accept(int id, ReadOnlySpan<int> text)
    {
        if (!LooksBack) return;
        _accepted++;
        CollectionsMarshal.GetValueRefOrAddDefault(_times, id, out _)++;
        if (!(window < text.Length)) return;
        int left = text[^(window.Value + 1)];                // the window now begins behind it
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_times, left, out _) == 0) _times.Remove(left);
    }

    internal override SamplerStep Fork() => new Penalties(repetition, frequency, presence, window) { _times = new(_times), _accepted = _accepted };

    private void Penalise(Candidates candidates, int id, int times)
    {
        double logit = candidates[id];
        logit = logit < 0 ? logit * repetition : logit / repetition;
        candidates.Change(id, logit - times * frequency - presence);
    }
}
