using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;
using Sandglass.Tests.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>Hashes of short runs of every tensor type and of the embedded models, in every mode: what all widths of vector must agree on.</summary>
internal static class WidthEvidence
{
    /// <summary>One line a model and mode: its name, then hashes.</summary>
    /// <param name="folder">Of the <see cref="TypedModelFiles"/>.</param>
    /// <param name="isShort">One mode, few tokens.</param>
    public static async Task<string[]> Lines(string folder, bool isShort = false)
    {
        List<string> lines = [];
        if (isShort)
        {
            foreach (TensorType type in TypedModel.Types)
                lines.Add(await Line($"{type}", options => LanguageModel.Load(Path.Combine(folder, $"typed-{type}.gguf"), options), new ModelOptions(),
                    length: 5));
            return [.. lines];
        }
        // products know nothing of the cache's type, attention nothing of the way to multiply: three modes run all kernels but those of quantised pages
        ModelOptions fast = new(), fine = new() { Compute = ComputeMode.Fine }, exact = new() { Compute = ComputeMode.Exact, CacheType = CacheType.F32 };
        foreach (ModelOptions mode in (ModelOptions[])[fast, fine, exact])
        {
            foreach (TensorType type in TypedModel.Types)
                // beyond a page of 32
                lines.Add(await Line($"{type}", options => LanguageModel.Load(Path.Combine(folder, $"typed-{type}.gguf"), options), mode, length: 37));
        }
        foreach (ModelOptions mode in (ModelOptions[])[fast, exact, new() { CacheType = CacheType.Q4 }])
        {
            foreach (string kind in RandomModel.Kinds)
                lines.Add(await Line(kind, options => LanguageModel.Load(Path.Combine(folder, $"{kind}-{TensorType.Q8_0}-1.gguf"), options), mode, length: 37));
        }
        foreach (ModelOptions mode in Evidence.QuantizedModes)
            lines.Add(await Line($"{TensorType.F32}", options => LanguageModel.Load(Path.Combine(folder, $"typed-{TensorType.F32}.gguf"), options), mode,
                length: 70));
        // few tokens in few modes, for scalar code takes its time
        lines.Add(await Line("grain-1m", options => LanguageModel.LoadEmbedded("grain-1m", options), exact, length: 15));
        lines.Add(await Line("grain-6m", options => LanguageModel.LoadEmbedded("grain-6m", options), fast, length: 15));
        if (Long.Asked && Shared.Folder is not null)
        {
            foreach (ModelOptions mode in Evidence.Modes)
                lines.Add(await Line("SmolLM2", options => LanguageModel.Load(Shared.Path("models", "SmolLM2-135M-Instruct.Q4_1.gguf"), options), mode,
                    length: 37));
        }
        return [.. lines];
    }

    private static async Task<string> Line(string name, Func<ModelOptions, LanguageModel> load, ModelOptions mode, int length)
    {
        using LanguageModel model = load(mode with { Threads = 2 });
        int[] ids = Evidence.Ids(length, model.Tokenizer.VocabularySize);
        string?[] text = await Evidence.OfText(model, ids);
        Run run = await Evidence.OfRun(model, ids[..3], tokens: 3);
        string watched = await Watched(model, ids);
        return $"{name} {mode.Compute} {mode.CacheType} {string.Join(' ', text)} | {string.Join(' ', run.Hashes)} {string.Join(' ', run.Ids)} | {watched}";
    }

    /// <summary>What is told beside the text is of the same bits too.</summary>
    private static async Task<string> Watched(LanguageModel model, int[] ids)
    {
        GenerationOptions options = new() { Sampling = Evidence.Sampled with { TopP = 0.9 }, MaxTokens = 1, ShareCache = false };
        await using TextTrace trace = model.TraceAsync(ids, options, new TraceOptions { Attention = TracedAttention.All, Heads = [new(0, 0)] });
        await foreach (TraceStep step in trace)
        {
            if (step is not TokenStep { Attention: TraceAttention attention } token) continue;
            Explanation why = token.Token.Explanation!;
            string hash = LogitsHash.Of(attention.Heads[0].Weights.Span);
            string stages = string.Join(' ', why.Stages.Select(stage => $"{stage.Entropy:R}"));
            string candidates = string.Join(' ', token.Candidates.Select(one => $"{one.Id} {one.Probability:R} {one.Final:R}"));
            return $"{hash} {Convert.ToHexString(attention.Means.Span)} {Convert.ToHexString(attention.Maxima.Span)} {why.EntropyRaw:R} {stages} {candidates}";
        }
        return "";
    }
}
