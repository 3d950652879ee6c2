using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>Runs steps over a row by hand.</summary>
internal static class Steps
{
    /// <summary>A sampler with buffers of its own.</summary>
    public static Sampler Sampler(SamplerOptions options, ulong seed, int vocabularySize, bool explain = false) =>
        new(options, seed, new SamplerText(vocabularySize), new SamplingBuffers(vocabularySize), explain);

    public static Candidates Run(float[] logits, int[] text, params SamplerStep[] steps) => Run(logits, text, position: 0, steps);

    public static Candidates Run(float[] logits, int[] text, long position, params SamplerStep[] steps)
    {
        var candidates = new Candidates(logits.Length);
        candidates.Reset(logits, [.. text]);
        for (int i = 0; i < steps.Length; i++) candidates.Run(steps[i], new Chance(Seed: 0, position, Step: i + 1));
        Assert.All(candidates.Counts.ToArray(), count => Assert.Equal(0, count));
        return candidates;
    }

    /// <summary>Whether the candidates have these probabilities; 0 stands for one that was removed.</summary>
    public static void Same(double[] expected, Candidates left)
    {
        Assert.Equal(Enumerable.Range(0, expected.Length).Where(id => expected[id] > 0), left.Ids.ToArray());
        double[] weights = [.. expected.Select((p, id) => p > 0 ? (double)Weights.Of(left[id], left.MaxLogit()) : 0)];
        for (int id = 0; id < expected.Length; id++) Assert.Equal(expected[id], weights[id] / weights.Sum(), 1e-6);
    }
}
