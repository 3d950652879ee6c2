using System.Runtime.CompilerServices;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Studies;

namespace Sandglass.Web;

/// <summary>The experiments by their names, each made of the options that the tool's command has.</summary>
internal static class LabExperiments
{
    private static readonly Dictionary<string, TensorType?> Weights = new()
    {
        ["given"] = null, ["f16"] = TensorType.F16, ["bf16"] = TensorType.BF16, ["q8_0"] = TensorType.Q8_0, ["q4_1"] = TensorType.Q4_1,
        ["q4_0"] = TensorType.Q4_0,
    };

    private static readonly Dictionary<string, CacheType> Caches = new()
    {
        ["f16"] = CacheType.F16, ["f32"] = CacheType.F32, ["q8"] = CacheType.Q8, ["q4"] = CacheType.Q4,
    };

    /// <summary>Runs one: the lines of its file of results, as each part is done.</summary>
    public static async IAsyncEnumerable<byte[]> LinesAsync(
        LabBody body, IProgress<ExperimentProgress> progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using LanguageModel model = Load(body.Model, body.Draft);
        using LanguageModel? guessing = body.Draft is null ? null : Load(body.Draft, null);
        string scratch = LabBody.PathOf("scratch of quant");
        try
        {
            IAsyncEnumerable<byte[]> lines = body.Experiment switch
            {
                "temperature" => Lines(new TemperatureStudy(model, Prompt(), body.Reals("temperatures"), body.Whole("n"), body.Whole("max-tokens"), body.Seed())),
                "repetition" => Lines(new RepetitionStudy(model, Prompts(), body.Whole("max-tokens"))),
                "drift" => Lines(new DriftStudy(
                    model, Prompt(), body.Whole("n"), body.Whole("max-tokens"), body.Whole("at"), body.Whole("rank"), body.Real("temperature"), body.Seed())),
                "speculation" => Lines(new SpeculationStudy(
                    model, guessing, Prompt(), body.Reals("temperatures"), body.Whole("n"), body.Whole("max-tokens"), body.Seed())),
                "quant" => Lines(new QuantStudy(
                    body.Model, model, scratch, await DrawnAsync().ConfigureAwait(false),
                    [.. body.Words("weights").Select(word => LabBody.Choice("weights", word, Weights))],
                    [.. body.Words("caches").Select(word => LabBody.Choice("caches", word, Caches))], body.Seed())),
                "window" => Lines(new WindowStudy(
                    body.Model, model, await DrawnAsync().ConfigureAwait(false), body.Wholes("windows"), body.Wholes("sink-counts"), body.Seed())),
                "batch" => Lines(new BatchStudy(model, Prompt(), body.Wholes("batches"), body.Whole("max-tokens"), body.Whole("repeat"))),
                "forget" => Lines(new ForgetStudy(model, body.Wholes("distances"), body.Whole("trials"), body.Seed())),
                "middle" => Lines(new MiddleStudy(model, body.Wholes("lengths"), body.Reals("positions"), body.Whole("trials"), body.Seed())),
                "cache" => Lines(new CacheExperiment(model, Prompt(), body.Whole("max-tokens"))),
                "fork" => Lines(new ForkExperiment(model, Prompt(), body.Whole("at"), body.Whole("branches"), body.Whole("max-tokens"))),
                _ => throw new TraceBodyException("parameter-value", $"There is no experiment {body.Experiment} in the tab."),
            };
            await foreach (byte[] line in lines.ConfigureAwait(false)) yield return line;
        }
        finally
        {
            File.Delete(scratch);
        }

        IAsyncEnumerable<byte[]> Lines<TRow>(Experiment<TRow> experiment)
        {
            body.RefuseOthers();
            return experiment.LinesAsync(progress, cancellation);
        }

        int[] Prompt() => model.Tokenizer.Encode(body.Text("prompt")).Ids;

        int[][] Prompts() =>
            [.. (body.Optional("prompt") is { Length: > 0 } one ? [one] : RepetitionStudy.Beginnings).Select(text => model.Tokenizer.Encode(text).Ids)];

        Task<StudyText> DrawnAsync() => StudyText.DrawAsync(model, Prompt(), body.Whole("n"), body.Whole("max-tokens"), body.Seed(), cancellation);
    }

    private static LanguageModel Load(string path, string? draft)
    {
        using ModelFile file = ModelFile.Open(path);
        return LanguageModel.Load(file, TabModel.OptionsIn("{}") with { Draft = draft }, file.Hash());
    }
}
