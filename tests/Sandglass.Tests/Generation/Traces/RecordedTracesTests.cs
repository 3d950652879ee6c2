using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary><c>contract/traces</c>: recorded runs of the embedded models, on which the page is tested and which it can show without an engine. Each is as the
/// contract has it, and what is not a time in it is what a run gives today.</summary>
/// <remarks><c>SANDGLASS_WRITE_TRACES=1 dotnet test tests/Sandglass.Tests -c Release --filter RecordedTraces</c> records them anew.</remarks>
public sealed class RecordedTracesTests : IDisposable
{
    private const int MostBytes = 150_000;
    private const string Once = "Once upon a time";

    private static readonly string Recorded = Path.Combine(Checkout.Folder, "contract", "traces");

    // measured, or what runs on this machine
    private static readonly HashSet<string> Passing =
        ["elapsedMs", "forwardMs", "choosingMs", "ttftMs", "prefillTokensPerSecond", "decodeTokensPerSecond", "kernels"];

    // how far guessing goes, the clock says too; what is guessed changes no bit
    private static readonly string[] OfTheText = ["id", "text", "bytes", "logprob", "logitsHash", "why", "candidates", "coverage", "asked", "attention"];

    private static readonly TraceOptions Few = new() { Candidates = 8, Attention = TracedAttention.All };

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-traces-").FullName;

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Recorded, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Union(Runs.Keys).Order()];

    private static Dictionary<string, Recipe> Runs => new()
    {
        ["tale"] = new(Once, Drawn with { MaxTokens = 40 }, Few with { Heads = [new(2, 3)] }),
        ["tale-no-cache"] = new(Once, Drawn with { MaxTokens = 16, NoCache = true, ShareCache = true }, Few),
        ["prefix-hit"] = new(Beginning + "The king", Drawn with { MaxTokens = 24, ShareCache = true }, Few with { Attention = TracedAttention.Means })
        {
            Before = Beginning + "The queen",
        },
        ["temperature-1"] = new(
            "The wolf said", Drawn with { MaxTokens = 28, Sampling = new SamplerOptions { Temperature = 1, TopK = 20, TopP = 0.9f, MinP = 0, Seed = 11 } },
            Few with { Candidates = 24, Attention = TracedAttention.Means }),
        ["beams"] = new("The king had", new GenerationOptions { MaxTokens = 24, Beams = new BeamOptions { Beams = 4, LengthPenalty = 0.8 } }, new()),
        ["lookup"] = new(
            "Little pig, little pig, let me come in. Little pig, little pig, let me come in. Little pig, little",
            Drawn with { MaxTokens = 36, Sampling = new SamplerOptions { Seed = 4, Temperature = 0.6 }, Draft = DraftKind.Lookup, IgnoreEnd = true },
            Few with { Attention = TracedAttention.Means }),
        ["window"] = new(
            Beginning + Beginning + "The king", Drawn with { MaxTokens = 48, IgnoreEnd = true }, Few with { Candidates = 4, Attention = TracedAttention.Means })
        {
            Model = new ModelOptions { Window = 32, SinkTokens = 4 },
        },
        ["half-characters"] = new(
            "Café 😀 na", Drawn with { MaxTokens = 30, IgnoreEnd = true, Sampling = Halves }, Few with { Attention = TracedAttention.Means }),
    };

    private static GenerationOptions Drawn => new() { HashLogits = true, ShareCache = false, Sampling = new SamplerOptions { Seed = 7 } };

    // é, ï and 😀 are several tokens each
    private static SamplerOptions Halves => new() { Seed = 3, Temperature = 1, TopK = 0, TopP = 1, MinP = 0, AllowedIds = Bytes("éï😀 a") };

    private static string Beginning =>
        "Once upon a time there was a king who had a daughter, and she was so beautiful that the sun itself wondered. One day she went into the forest. ";

    [Theory, MemberData(nameof(Names))]
    public async Task A_recorded_trace_is_what_a_run_gives(string name)
    {
        Assert.True(Runs.TryGetValue(name, out Recipe? recipe), $"contract/traces/{name}.json: nothing here says how it was recorded");
        string recorded = Path.Combine(Recorded, $"{name}.json"), fresh = Path.Combine(_folder, $"{name}.json");
        await RunAsync(recipe, fresh);
        if (Environment.GetEnvironmentVariable("SANDGLASS_WRITE_TRACES") == "1") File.Copy(fresh, recorded, overwrite: true);

        Assert.InRange(new FileInfo(recorded).Length, 1, MostBytes);
        JsonElement trace = JsonElement.Parse(File.ReadAllBytes(recorded));
        TraceSchema.Require(trace);
        bool isGuessed = recipe.Options.Draft != DraftKind.None;
        Assert.Equal(Lasting(trace, isGuessed), Lasting(JsonElement.Parse(File.ReadAllBytes(fresh)), isGuessed));
    }

    [Fact]
    public void Each_shows_what_it_is_for()
    {
        JsonElement[] Of(string name, string kind) =>
            [.. JsonElement.Parse(File.ReadAllBytes(Path.Combine(Recorded, $"{name}.json"))).GetProperty("steps").EnumerateArray()
                .Where(step => step.GetProperty("kind").GetString() == kind)];

        void Shows(string name, string kind, string what, Func<JsonElement, bool> shown) =>
            Assert.True(Of(name, kind).Any(shown), $"contract/traces/{name}.json: no {what}");

        Shows("tale-no-cache", "prefill", "block computed again", step => step.GetProperty("cache").GetProperty("blocksRecomputed").GetInt64() > 0);
        Shows("prefix-hit", "prefill", "page of another text", step => step.GetProperty("adopted").GetInt32() >= 32);
        Shows("prefix-hit", "token", "page of another text", step => Pages(step).Contains('a'));
        foreach (string? stage in (string?[])[null, "top_k", "top_p"])
            Shows("temperature-1", "token", $"candidate removed by {stage}", step => step.GetProperty("candidates").EnumerateArray()
                .Any(candidate => candidate.GetProperty("removedBy").GetString() == stage));
        foreach (string fate in (string[])["kept", "dropped"])
            Shows("beams", "beams", $"beam {fate}", step => step.GetProperty("beams").EnumerateArray()
                .Any(beam => beam.GetProperty("fate").GetString() == fate));
        Shows("lookup", "token", "guess that held", step => step.TryGetProperty("isDraft", out _));
        Shows("lookup", "token", "guess", step => step.TryGetProperty("drafted", out _));
        Shows("window", "token", "page that left", step => Pages(step).Contains('l'));
        Shows("window", "token", "sink", step => step.GetProperty("attention").GetProperty("sinks").GetInt32() == 4);
        Shows("half-characters", "token", "half", step => step.GetProperty("text").GetString() == "" && step.GetProperty("bytes").GetArrayLength() > 0);
        Shows("half-characters", "token", "whole", step => step.GetProperty("text").GetString()!.Contains('é'));
    }

    private static string Pages(JsonElement step) => step.GetProperty("cache").GetProperty("pages").GetString()!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task RunAsync(Recipe recipe, string file)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-6m", recipe.Model);
        if (recipe.Before is not null) await model.GenerateAsync(recipe.Before, recipe.Options with { MaxTokens = 1 }).Result;
        await using TextTrace trace = model.TraceAsync(recipe.Prompt, recipe.Options, recipe.Watched);
        using TraceFile written = new(file, trace.Start, model.Tokenizer);
        await foreach (TraceStep step in trace) written.Write(step);
        written.Complete(await trace.Result);
    }

    /// <summary>What another run on another machine has too, a line each.</summary>
    private static string[] Lasting(JsonElement trace, bool isGuessed)
    {
        JsonObject whole = (JsonObject)JsonNode.Parse(trace.GetRawText())!;
        JsonArray steps = (JsonArray)whole["steps"]!;
        whole.Remove("steps");
        if (!isGuessed) return [Still(whole), .. steps.Select(step => Still(step!))];
        return [Still(whole["prompt"]!), (string)whole["result"]!["text"]!,
            .. steps.Where(step => (string)step!["kind"]! == "token")
                .Select(step => string.Join(' ', OfTheText.Select(field => step![field]?.ToJsonString())))];
    }

    private static string Still(JsonNode node)
    {
        Strip(node);
        return node.ToJsonString();
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray list) foreach (JsonNode? one in list) Strip(one);
        if (node is not JsonObject fields) return;
        foreach (string name in fields.Select(field => field.Key).Where(Passing.Contains).ToArray()) fields.Remove(name);
        foreach ((_, JsonNode? value) in fields) Strip(value);
    }

    /// <summary>The tokens of the bytes of a text, each alone.</summary>
    private static int[] Bytes(string text)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        HashSet<byte> wanted = [.. System.Text.Encoding.UTF8.GetBytes(text)];
        return [.. Enumerable.Range(0, model.Tokenizer.VocabularySize)
            .Where(id => model.Tokenizer.Bytes(id) is { Length: 1 } bytes && wanted.Contains(bytes.Span[0]))];
    }

    private sealed record Recipe(string Prompt, GenerationOptions Options, TraceOptions Watched)
    {
        public ModelOptions Model { get; init; } = new();

        /// <summary>A text that was written before, and left its pages.</summary>
        public string? Before { get; init; }
    }
}
