using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Generation;

/// <summary>Every kind of step from real runs, against the contract.</summary>
public class TraceSchemaTests
{
    private const string Prompt = "Once upon a time there was a little girl who";

    private static readonly TraceOptions All = new() { Attention = TracedAttention.All, Asked = [5, 700], Heads = [new(0, 1), new(1, 0)], Logits = true };

    public static TheoryData<string, ModelOptions, GenerationOptions> Ways => new()
    {
        { "plain", new(), Few },
        { "sampled", new(), Few with { Sampling = new SamplerOptions { Seed = 3 } } },
        { "no cache", new(), Few with { NoCache = true } },
        { "window with sinks", new() { Window = 12, SinkTokens = 4 }, Few with { MaxTokens = 40 } },
        { "q8", new() { CacheType = CacheType.Q8 }, Few with { MaxTokens = 40 } },
        { "q4", new() { CacheType = new(CacheType.Q8, CacheType.Q4) }, Few with { MaxTokens = 40, IgnoreEnd = true } },
        { "lookup", new(), Few with { Draft = DraftKind.Lookup, MaxTokens = 60 } },
        { "beams", new(), Few with { Beams = new BeamOptions() } },
        { "groups of beams, no cache", new(),
            Few with { NoCache = true, Beams = new BeamOptions { Beams = 4, Groups = 2, DiversityPenalty = 0.5, EarlyStopping = EarlyStopping.Never } } },
        { "penalties and bans", new(),
            Few with { Sampling = new SamplerOptions { Seed = 1, RepetitionPenalty = 1.3, BannedIds = [700, 701], TopK = 5, DryMultiplier = 0.8 } } },
        { "every option that is told", new(),
            new GenerationOptions
            {
                MaxTokens = 5, MinTokens = 1, Stop = ["\u2603"], EndIds = [0], TimeLimit = TimeSpan.FromHours(1), LoopNgram = 9, LoopRepeats = 3, Logprobs = 2,
                HashLogits = true, ShareCache = false, PrefillChunk = 3, Priority = 1, Prediction = [5, 6], IgnoreEnd = true,
                Sampling = new SamplerOptions
                {
                    Seed = ulong.MaxValue, TypicalP = 0.9, TopNSigma = 3, XtcProbability = 0.1, XtcThreshold = 0.2, DynatempRange = 0.1, DynatempExponent = 2,
                    RepetitionPenalty = 1.1, FrequencyPenalty = 0.1, PresencePenalty = 0.1, PenaltyWindow = 8, NoRepeatNgram = 4, DryMultiplier = 0.5,
                    DryBase = 2, DryAllowedLength = 3, DryWindow = 20, DryBreakers = ["."], LogitBias = new Dictionary<int, double> { [5] = 1.5 },
                },
            } },
    };

    private static GenerationOptions Few => new() { Sampling = SamplerOptions.Greedy, MaxTokens = 12 };

    [Theory, MemberData(nameof(Ways))]
    public async Task A_run_is_as_the_contract_has_it(string way, ModelOptions model, GenerationOptions options)
    {
        foreach (string name in EmbeddedModels.Names)
        {
            using LanguageModel grain = LanguageModel.LoadEmbedded(name, model);
            TraceRun run = await TraceRun.Of(grain, Prompt, options, All);

            Assert.True(options.Beams is null ? run.Tokens.Length > 0 : run.Beams.Length > 0, way);
            Assert.Equal(run.Steps.Length, run.File.GetProperty("steps").GetArrayLength());
            Assert.Equal(run.Result.Text, run.File.GetProperty("result").GetProperty("text").GetString());
            Assert.Equal(run.Start.Seed.ToString(), run.File.GetProperty("run").GetProperty("seed").GetString());
        }
    }

    [Fact]
    public async Task Half_a_character_has_its_bytes_and_whole_ones_have_none()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sandglass-trace-");
        try
        {
            byte[][] tokens = [[0xC3], [0xA9], [(byte)'a'], [0xC3, 0xA9]];
            string path = TypedModel.Write(
                folder.FullName, TensorType.F32, id => new([.. tokens[id % tokens.Length].Select(ByteAlphabet.Letter)]), "bytes");
            using LanguageModel model = LanguageModel.Load(path);
            TraceRun run = await TraceRun.Of(model, [1], new GenerationOptions { MaxTokens = 30, EndIds = [], Sampling = Evidence.Sampled });

            Assert.Equal(run.Result.Text, string.Concat(run.Tokens.Select(step => step.Token.Text)));
            JsonElement[] named = [.. run.File.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("kind").GetString() == "token")
                .SelectMany(step => step.GetProperty("candidates").EnumerateArray())];
            Assert.Contains(named, token => token.GetProperty("id").GetInt32() % 4 == 0);
            foreach (JsonElement token in named)
            {
                byte[] bytes = tokens[token.GetProperty("id").GetInt32() % 4];
                bool isHalf = bytes.Length == 1 && bytes[0] > 0x7F;
                Assert.Equal(isHalf, token.TryGetProperty("bytes", out JsonElement given));
                if (isHalf) Assert.Equal(bytes, given.EnumerateArray().Select(one => one.GetByte()));
                else Assert.Equal(System.Text.Encoding.UTF8.GetString(bytes), token.GetProperty("text").GetString());
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_model_is_named_by_the_hash_of_its_file()
    {
        using LanguageModel grain = LanguageModel.LoadEmbedded("grain-1m");
        await using TextTrace trace = grain.TraceAsync([1], new GenerationOptions { MaxTokens = 0 });
        System.Reflection.Assembly library = typeof(LanguageModel).Assembly;
        using Stream file = library.GetManifestResourceStream(library.GetManifestResourceNames().Single(resource => resource.StartsWith("grain-1m.")))!;
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file))[..16], trace.Start.Model.Hash);
    }
}
