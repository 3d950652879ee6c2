using System.Text.Json.Nodes;
using Sandglass.ModelFiles;

namespace Sandglass.Server.Tests;

/// <summary>What a model file says of how its texts are to be drawn, and that it makes way for what a request says.</summary>
public class SamplingHintsTests
{
    [Fact]
    public void All_entries_that_llama_cpp_reads_are_read()
    {
        SamplingHints hints = Hints(
            ("temp", 0.7f), ("top_k", 20), ("top_p", 0.8f), ("min_p", 0.01f), ("xtc_probability", 0.5f), ("xtc_threshold", 0.2f),
            ("penalty_repeat", 1.1f), ("penalty_last_n", 64), ("sequence", "penalties;top_k;typ_p;top-p;min_p;temp;xtc"));
        string[] order = ["penalties", "top_k", "typical_p", "top_p", "min_p", "temperature", "xtc"];

        Assert.Equal(order, hints.Samplers);
        Assert.Equal(
            new SamplingHints
            {
                Temperature = 0.7,
                TopK = 20,
                TopP = 0.8,
                MinP = 0.01,
                XtcProbability = 0.5,
                XtcThreshold = 0.2,
                RepetitionPenalty = 1.1,
                PenaltyWindow = 64,
            },
            hints with { Samplers = null });
        Assert.Equal(new SamplingHints { Mirostat = 2, MirostatTau = 4, MirostatEta = 0.2, TopK = 5 },
            Hints(("mirostat", 2), ("mirostat_tau", 4f), ("mirostat_eta", 0.2f), ("top_k", 5u), ("sequence", "top_p")));       // of any order, as there
    }

    [Theory]
    [InlineData("temp", -1f)]
    [InlineData("temp", float.NaN)]
    [InlineData("temp", "warm")]
    [InlineData("temp", true)]
    [InlineData("top_k", 2.5f)]
    [InlineData("top_p", 0f)]
    [InlineData("penalty_last_n", -1)]
    [InlineData("penalty_last_n", 0)]
    [InlineData("mirostat", 3)]
    [InlineData("sequence", "infill;nothing")]
    [InlineData("sequence", "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature")]
    public void What_makes_no_sense_or_is_usual_says_nothing(string key, object value) => Assert.Equal(SamplingHints.None, Hints((key, value)));

    [Fact]
    public void What_a_file_switches_off_is_off()
    {
        Assert.Equal(0, Hints(("top_k", -1)).TopK);
        Assert.Null(Hints(("penalty_repeat", 1.3f), ("penalty_last_n", 0)).RepetitionPenalty);
        Assert.Null(Hints(("xtc_probability", 0.3f), ("xtc_threshold", 0.6f)).XtcProbability);
        Assert.Null(Hints(("mirostat", 1), ("temp", 0f)).Mirostat);
        Assert.Equal((null, 4), (Hints(("sequence", "top_k"), ("min_p", 0.2f), ("top_k", "4")).MinP, Hints(("sequence", "top_k"), ("top_k", "4")).TopK));
    }

    [Theory]
    [InlineData("{}", "temperature,mirostat")]
    [InlineData("""{"top_p":1}""", "temperature,mirostat")]
    [InlineData("""{"mirostat_tau":3}""", "temperature,mirostat")]
    [InlineData("""{"top_p":0.9}""", "top_k,top_p,temperature")]
    [InlineData("""{"temperature":0}""", "")]
    [InlineData("""{"mirostat":0}""", "top_k,temperature")]
    [InlineData("""{"samplers":["top_k","temperature"]}""", "top_k,temperature")]
    [InlineData("""{"samplers":["temperature","mirostat"]}""", "temperature,mirostat")]
    [InlineData("""{"beams":2}""", null)]
    public async Task A_files_mirostat_makes_way(string fields, string? stages) =>
        Assert.Equal(stages, await StagesAsync(new SamplingHints { Mirostat = 2, MirostatTau = 4, TopK = 50 }, fields));

    [Theory]
    [InlineData("{}", "min_p,temperature,xtc")]
    [InlineData("""{"min_p":0.2,"temperature":0.5}""", "min_p,temperature,xtc")]
    [InlineData("""{"top_p":0.9}""", "top_p,min_p,xtc,temperature")]
    [InlineData("""{"frequency_penalty":1}""", "penalties,min_p,xtc,temperature")]
    [InlineData("""{"logit_bias":{"5":1}}""", "logit_bias,min_p,temperature,xtc")]
    [InlineData("""{"mirostat":1}""", "temperature,mirostat")]
    [InlineData("""{"temperature":0}""", "")]
    [InlineData("""{"samplers":["top_k"]}""", "top_k")]
    [InlineData("""{"beams":2}""", null)]
    public async Task A_files_order_makes_way(string fields, string? stages) =>
        Assert.Equal(stages, await StagesAsync(
            new SamplingHints { Samplers = ["min_p", "temperature", "xtc"], MinP = 0.1, XtcProbability = 0.2, XtcThreshold = 0.3, PenaltyWindow = 7 }, fields));

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"mirostat":2}""", "temperature,mirostat")]
    [InlineData("""{"dynatemp_range":0.5}""", "temperature")]
    public async Task A_files_temperature_of_0_makes_way(string fields, string stages) =>
        Assert.Equal(stages, await StagesAsync(new SamplingHints { Temperature = 0 }, fields));

    [Fact]
    public async Task The_list_of_models_says_what_holds()
    {
        SamplingHints hints = new() { Mirostat = 1, MirostatEta = 0.3, PenaltyWindow = 9, XtcProbability = 0.1, Samplers = ["top_k"], TopK = 7 };
        using ServedModel model = Model(hints);
        await using SandglassServer server = await SandglassServer.StartAsync(new ServerOptions { Models = [model], Address = "http://127.0.0.1:0" });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        JsonObject defaults = (JsonObject)JsonNode.Parse(await client.GetStringAsync("/v1/models"))!["data"]![0]!["sampling_defaults"]!;

        Assert.Equal(
            """{"temperature":1,"top_k":7,"top_p":1,"min_p":0,"repetition_penalty":1,"penalty_window":9"""
            + ""","xtc_probability":0.1,"mirostat":1,"mirostat_eta":0.3,"samplers":["top_k"],"from":"model file, else openai"}""",
            defaults.ToJsonString());
    }

    /// <summary>The stages that chose the first token, or null where none was drawn.</summary>
    private static async Task<string?> StagesAsync(SamplingHints hints, string fields)
    {
        using ServedModel model = Model(hints);
        await using SandglassServer server = await SandglassServer.StartAsync(new ServerOptions { Models = [model], Address = "http://127.0.0.1:0" });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        JsonObject body = (JsonObject)JsonNode.Parse(fields)!;
        (body["prompt"], body["max_tokens"], body["seed"]) = ("Once", 1, 3);
        if (body["beams"] is null) body["explain"] = true;
        JsonObject answer = await client.Ask("/v1/completions", body.ToJsonString());
        return answer.Choice()["explanations"] is JsonArray told
            ? string.Join(',', ((JsonArray)told[0]!["stages"]!).Select(stage => (string)stage!["name"]!))
            : null;
    }

    private static ServedModel Model(SamplingHints hints) => new("grain", LanguageModel.LoadEmbedded("grain-1m")) { Hints = hints };

    private static SamplingHints Hints(params (string Key, object Value)[] entries) =>
        SamplingHints.Of(new Metadata("test.gguf", entries.ToDictionary(entry => "general.sampling." + entry.Key, entry => entry.Value)));
}
