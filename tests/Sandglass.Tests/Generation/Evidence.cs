using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>The logits' hashes of a scored text and of a run behind it: equal hashes are equal bits.</summary>
internal static class Evidence
{
    /// <summary>Draws that depend on every bit of the distribution.</summary>
    public static SamplerOptions Sampled { get; } = new() { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = 7 };

    /// <summary>Hashes of the logits at each position of a text but its last.</summary>
    public static async Task<string?[]> OfText(LanguageModel model, int[] ids, int chunk = 0) =>
        [.. (await Run.Score(model, ids, new ScoreOptions { HashLogits = true, PrefillChunk = chunk })).Select(score => score.LogitsHash)];

    /// <summary>A run of some tokens with its hashes.</summary>
    public static Task<Run> OfRun(LanguageModel model, int[] prompt, int tokens, int chunk = 0, bool noCache = false, SamplerOptions? sampling = null) =>
        Run.Of(model, prompt, new GenerationOptions
        {
            Sampling = sampling ?? Sampled,
            MaxTokens = tokens,
            IgnoreEnd = true,
            HashLogits = true,
            PrefillChunk = chunk,
            NoCache = noCache,
            ShareCache = false
        });

    /// <summary>Ids from nothing but a counter, equal on every machine.</summary>
    public static int[] Ids(int count, int vocabulary)
    {
        uint seed = 5;
        int[] ids = new int[count];
        foreach (ref int id in ids.AsSpan()) id = (int)((seed = seed * 1664525 + 1013904223) >> 8) % vocabulary;
        return ids;
    }

    /// <summary>Every way that a model can be run and that is told apart: within one of them, the bits are the same. Products know nothing of the cache, so one
    /// of them stands for all where it is quantised.</summary>
    public static IEnumerable<ModelOptions> Modes => [.. PlainModes, .. QuantizedModes];

    /// <summary>With full pages quantised.</summary>
    public static IEnumerable<ModelOptions> QuantizedModes =>
        from cache in new CacheTypes[] { CacheType.Q8, CacheType.Q4, new(CacheType.Q8, CacheType.Q4), new(CacheType.F16, CacheType.Q8) }
        select new ModelOptions { CacheType = cache };

    /// <summary>With pages that stay as they are written.</summary>
    public static IEnumerable<ModelOptions> PlainModes =>
        from compute in new[] { ComputeMode.Fast, ComputeMode.Exact, ComputeMode.Fine }
        from cache in new[] { CacheType.F16, CacheType.F32 }
        select new ModelOptions { Compute = compute, CacheType = cache };
}
