using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Planning;

namespace Sandglass.Studies;

/// <summary>What whole steps cost beside products and attention: small models of several sizes are run, what is known is taken away, and the rest is divided
/// into what it grows with.</summary>
internal static class StepLoop
{
    private const int Prompt = 256, Tokens = 12, Repeat = 5, Together = 16;

    private static readonly SyntheticShape[] Shapes =
    [
        Shape("few layers", layers: 4, width: 256, feedForward: 768, vocabulary: 512),
        Shape("many layers", layers: 24, width: 256, feedForward: 768, vocabulary: 512),
        Shape("wide", layers: 6, width: 1024, feedForward: 1024, vocabulary: 512),
        Shape("wide inside", layers: 6, width: 512, feedForward: 4096, vocabulary: 512),
        Shape("many words", layers: 2, width: 256, feedForward: 768, vocabulary: 32768),
    ];

    /// <summary>Measures it.</summary>
    /// <param name="speed">All but what is measured here.</param>
    /// <param name="type">Of the weights, as synthetic models name it.</param>
    public static async Task<StepOverhead> MeasureAsync(MeasuredSpeed speed, string type, CancellationToken cancellation)
    {
        LeastSquares fit = new(6);
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
        MachineLimits limits = new(speed.Threads, default, default, default);
        foreach (SyntheticShape shape in Shapes)
        {
            using ModelFile file = SyntheticModel.InMemory(shape, type, cancellation);
            StepTime known = new(PlannedModel.Of(file), machine);
            using LanguageModel model = LanguageModel.Load(file, new ModelOptions { Threads = speed.Threads, Context = 2 * Prompt }, hash: "");

            BenchmarkTask reading = new(BenchmarkKind.Prefill, Prompt, Repeat: Repeat);
            BenchmarkTask writing = new(BenchmarkKind.Batch, Tokens, Repeat: Repeat), together = writing with { Batch = Together };
            double read = await SecondsAsync(reading, texts: Prompt), wrote = await SecondsAsync(writing, 1), all = await SecondsAsync(together, Together);
            double depth = BenchmarkTask.Gathering + Tokens * Repeat / 2.0;
            Add(rows: Prompt, scored: 1, read, known.OfPrompt(Prompt, 0));
            Add(rows: 1, scored: 1, wrote, known.OfDecode(1, depth));
            Add(rows: Together, scored: Together, all, known.OfDecode(Together, depth));

            async Task<double> SecondsAsync(BenchmarkTask task, double texts) =>
                texts / (await Benchmark.MeasureAsync(model, task, limits, cancellation).ConfigureAwait(false)).TokensPerSecond;

            void Add(double rows, double scored, double measured, double products) => fit.Add(
                [1, shape.Layers, rows * shape.Layers * shape.Width, rows * shape.Layers * shape.FeedForward, scored, scored * shape.Vocabulary],
                measured, products);
        }
        double[] terms = fit.Solve();
        return new StepOverhead(terms[0], terms[1], terms[2], terms[3], terms[4], terms[5]);
    }

    private static SyntheticShape Shape(string name, int layers, int width, int feedForward, int vocabulary) =>
        new(name, layers, width, width / 64, width / 128, feedForward, vocabulary, 1024, 10000, Tied: true);
}
