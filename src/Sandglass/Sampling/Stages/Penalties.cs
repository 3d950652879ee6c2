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
    internal override string Name => "penalties";

    internal override bool LooksBack => repetition != 1 || frequency != 0 || presence != 0;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        if (!LooksBack) return;
        ReadOnlySpan<int> text = candidates.LastTokens(window);
        Span<int> times = candidates.Counts;
        foreach (int id in text) times[id]++;
        foreach (int id in text)
        {
            if (times[id] == 0) continue;                    // already penalised
            double logit = candidates[id];
            logit = logit < 0 ? logit * repetition : logit / repetition;
            candidates.Change(id, logit - times[id] * frequency - presence);
            times[id] = 0;
        }
    }
}
