using Sandglass.Generation;
using Sandglass.ModelFiles;
using Sandglass.Planning;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>What whole steps cost beside products and attention: small models of several sizes are run, what is known is taken away, and the rest is divided
/// into what it grows with.</summary>
internal static class StepLoop
{
    private const int Prompt = 256, Repeat = 5, Together = 16;
    private const int Tokens = 48, Gathering = 8;       // at both ends texts are not all there
    private const int Window = 4;                       // tokens that are timed together
    private const int HeadDim = 64;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);      // until the runtime has compiled the engine's own loop for good

    // sizes vary apart from each other, so that what each costs can be told apart
    private static readonly SyntheticShape[] Shapes =
    [
        Shape("few layers", layers: 4, width: 256, keyValueHeads: 4, feedForward: 768, vocabulary: 512),
        Shape("many layers", layers: 24, width: 256, keyValueHeads: 2, feedForward: 768, vocabulary: 512),
        Shape("wide", layers: 4, width: 1024, keyValueHeads: 2, feedForward: 1024, vocabulary: 512),
        Shape("wide inside", layers: 4, width: 256, keyValueHeads: 2, feedForward: 4096, vocabulary: 512),
        Shape("large", layers: 8, width: 768, keyValueHeads: 4, feedForward: 3072, vocabulary: 512),
        Shape("many words", layers: 2, width: 256, keyValueHeads: 4, feedForward: 768, vocabulary: 32768),
    ];

    /// <summary>Measures it.</summary>
    /// <param name="speed">All but what is measured here.</param>
    /// <param name="type">Of the weights, as synthetic models name it.</param>
    /// <param name="isFirst">Whether nothing ran before.</param>
    /// <param name="time">The clock.</param>
    public static async Task<StepOverhead> MeasureAsync(MeasuredSpeed speed, string type, bool isFirst, TimeProvider time, CancellationToken cancellation)
    {
        LeastSquares fit = new(9);
        MachineSpeed machine = new()
        {
            Name = "",
            Title = "",
            Source = "",
            BytesPerSecond = speed.BytesPerSecond,
            OperationsPerSecond = speed.Fp32OperationsPerSecond,
            MemoryBytes = 0,
            StepTokens = Prompt,
            Engine = speed,
        };
        foreach (SyntheticShape shape in Shapes)
        {
            using ModelFile file = SyntheticModel.InMemory(shape, type, cancellation);
            StepTime known = new(PlannedModel.Of(file), machine);
            using LanguageModel model = LanguageModel.Load(file, new ModelOptions { Threads = speed.Threads, Context = 2 * Prompt }, hash: "");

            double depth = 1 + Tokens / 2.0;
            for (long began = time.GetTimestamp(); isFirst && shape == Shapes[0] && time.GetElapsedTime(began) < WarmUp;)
            {
                await ReadingAsync(model, cancellation).ConfigureAwait(false);
                await WritingAsync(model, Together, cancellation).ConfigureAwait(false);
            }
            Add(rows: Prompt, scored: 1, await ReadingAsync(model, cancellation).ConfigureAwait(false), known.CostOfPrompt(Prompt, 0));
            Add(rows: 1, scored: 1, await WritingAsync(model, 1, cancellation).ConfigureAwait(false), known.CostOfDecode(1, depth));
            Add(rows: Together, scored: Together, await WritingAsync(model, Together, cancellation).ConfigureAwait(false), known.CostOfDecode(Together, depth));

            void Add(double rows, double scored, double measured, StepCost loops) => fit.Add(
                [1, rows, shape.Layers, rows * shape.Layers * shape.Width, rows * shape.Layers * shape.FeedForward,
                    loops.WeightSeconds * (1 - MeasuredTime.Together(rows)), loops.WeightSeconds * MeasuredTime.Together(rows), scored,
                    scored * shape.Vocabulary],
                Math.Max(measured, loops.Seconds), loops.Seconds);
        }
        double[] terms = fit.Solve();
        return new StepOverhead(terms[0], terms[1], terms[2], terms[3], terms[4], terms[5], terms[6], terms[7], terms[8]);
    }

    /// <summary>Seconds of reading a prompt.</summary>
    private static async Task<double> ReadingAsync(LanguageModel model, CancellationToken cancellation)
    {
        List<double> runs = [];
        for (int run = -1; run < Repeat; run++)
        {
            GenerationResult result = await Begin(model, Prompt, 1, cancellation).Result.ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (run >= 0) runs.Add(result.PrefillTime!.Value.TotalSeconds);
        }
        return RoundTimer.Undisturbed(runs);
    }

    /// <summary>Seconds of a step that writes a token of each text.</summary>
    private static async Task<double> WritingAsync(LanguageModel model, int texts, CancellationToken cancellation)
    {
        TimeSpan[][] at = await Task.WhenAll(Enumerable.Range(0, texts).Select(async _ =>
        {
            TimeSpan[] times = new TimeSpan[Tokens];
            await foreach (GeneratedToken token in Begin(model, 1, Tokens, cancellation).ConfigureAwait(false)) times[token.Index] = token.Elapsed;
            return times;
        })).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        List<double> windows = [];
        for (int from = Gathering; from + Window < Tokens - Gathering; from++) windows.Add((at[0][from + Window] - at[0][from]).TotalSeconds / Window);
        return RoundTimer.Undisturbed(windows);
    }

    private static TextGeneration Begin(LanguageModel model, int prompt, int tokens, CancellationToken cancellation) => model.GenerateAsync(
        [.. Enumerable.Range(1, prompt).Select(i => (int)(i * 7919L % model.Tokenizer.VocabularySize))],
        new GenerationOptions { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = tokens, ShareCache = false }, cancellation);

    private static SyntheticShape Shape(string name, int layers, int width, int keyValueHeads, int feedForward, int vocabulary) =>
        new(name, layers, width, width / HeadDim, keyValueHeads, feedForward, vocabulary, 1024, 10000, Tied: true);
}
