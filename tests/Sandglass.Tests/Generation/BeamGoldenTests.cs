using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Beam searches as Hugging Face transformers made them of the same file.</summary>
public class BeamGoldenTests
{
    [GoldenFact]
    public async Task Stories260K_finds_what_transformers_finds()
    {
        using LanguageModel model = LanguageModel.Load(Shared.Path("models", "stories260K.gguf"), new ModelOptions { CacheType = CacheType.F32 });
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Shared.Path("golden", "stories260K.beams.json")));
        foreach (JsonElement beams in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            Run run = await Run.Of(model, Ints(beams, "ids"), Options(beams));
            JsonElement[] sequences = [.. beams.GetProperty("sequences").EnumerateArray()];

            Assert.Equal(sequences.Select(sequence => string.Join(',', Ints(sequence, "ids"))), run.Result.Beams!.Select(beam => string.Join(',', beam.Ids)));
            foreach ((JsonElement expected, BeamResult found) in sequences.Zip(run.Result.Beams!))
                Assert.Equal(expected.GetProperty("score").GetDouble(), found.Score, 1e-3);
            Assert.Equal(run.Ids, run.Result.Beams![0].Ids);
            Assert.Equal(run.Text, run.Result.Beams![0].Text);
            Assert.Equal(0, model.Pages.Held);
        }
    }

    private static GenerationOptions Options(JsonElement golden) => new()
    {
        Sampling = new SamplerOptions { NoRepeatNgram = golden.GetProperty("noRepeat").GetInt32() },
        MaxTokens = golden.GetProperty("max").GetInt32(),
        EndIds = Ints(golden, "eos"),
        Beams = new BeamOptions
        {
            Beams = golden.GetProperty("beams").GetInt32(),
            LengthPenalty = golden.GetProperty("lengthPenalty").GetDouble(),
            EarlyStopping = golden.GetProperty("earlyStopping").ValueKind switch
            {
                JsonValueKind.True => EarlyStopping.True,
                JsonValueKind.False => EarlyStopping.False,
                _ => EarlyStopping.Never,
            },
        },
    };

    private static int[] Ints(JsonElement record, string name) => [.. record.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
