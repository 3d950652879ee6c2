using System.Text;
using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

public class RunCommandTests
{
    private const string Prompt = "Once upon a time";

    private static readonly string[] TokenKeys = ["index", "id", "text", "bytes", "logprob", "top"];
    private static readonly string[] LastKeys =
    [
        "finish", "seed", "promptIds", "promptTokens", "completionTokens", "ttftMs", "prefillTokensPerSecond", "decodeTokensPerSecond",
        "cacheBytes", "cachedTokens", "layerTokenPasses", "multiplyAdds", "kernels", "compute",
    ];

    [Fact]
    public void A_text_that_the_cache_can_never_hold_is_refused_with_both_numbers()
    {
        ToolRun refused = Tool.Run("run", "Once", "--max-tokens", "100", "--cache-memory", "100K");
        Assert.Equal(2, refused.Code);
        Assert.Contains("100000 bytes", refused.Error, StringComparison.Ordinal);
        Assert.Contains("393216 bytes", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, Tool.Run("run", "Once", "--max-tokens", "9", "--cache-memory", "0.1M").Code);
        Assert.Contains("1.5G", Tool.Run("run", "Once", "--cache-memory", "much").Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_gets_the_completion_alone_byte_for_byte()
    {
        ToolRun run = Tool.Run("run", Prompt, "--model", Tool.Small, "--seed", "5", "--max-tokens", "20").Done();

        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        StringBuilder expected = new();
        await foreach (GeneratedToken token in model.GenerateAsync(Prompt,
            new GenerationOptions { MaxTokens = 20, Sampling = new SamplerOptions { Seed = 5 } }))
            expected.Append(token.Text);
        Assert.Equal(Encoding.UTF8.GetBytes(expected.ToString()), run.Output);
        Assert.Contains("seed 5", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Error);
    }

    [Fact]
    public void Json_has_the_keys_of_the_contract_in_their_order()
    {
        ToolRun run = Tool.Run("run", Prompt, "--model", Tool.Small, "--seed", "5", "--max-tokens", "4", "--json", "--logprobs", "3", "--hash-logits").Done();

        Assert.All(run.Output, value => Assert.InRange(value, (byte)'\n', (byte)'~'));
        JsonElement[] lines = run.Json;
        Assert.Equal(5, lines.Length);
        Assert.Equal([.. TokenKeys, "logitsHash"], Keys(lines[0]));
        Assert.Equal([0, 1, 2, 3], lines[..4].Select(line => line.GetProperty("index").GetInt32()));
        Assert.Equal(3, lines[0].GetProperty("top").GetArrayLength());
        Assert.Equal(["id", "logprob"], Keys(lines[0].GetProperty("top")[0]));
        Assert.Matches("^[0-9a-f]{16}$", lines[0].GetProperty("logitsHash").GetString());

        JsonElement last = lines[4];
        Assert.Equal(LastKeys, Keys(last));
        Assert.Equal(["projections", "feedForward", "attention", "logits"], Keys(last.GetProperty("multiplyAdds")));
        Assert.Equal("length", last.GetProperty("finish").GetString());
        Assert.Equal(5UL, last.GetProperty("seed").GetUInt64());
        Assert.Equal(4, last.GetProperty("completionTokens").GetInt32());
        Assert.Equal(last.GetProperty("promptTokens").GetInt32(), last.GetProperty("promptIds").GetArrayLength());
        Assert.Equal("fast", last.GetProperty("compute").GetString());
        Assert.Equal(2 * (last.GetProperty("promptTokens").GetInt32() + 4 - 1), last.GetProperty("layerTokenPasses").GetInt32());
    }

    [Theory, InlineData("fast"), InlineData("fine"), InlineData("exact")]
    public void Json_says_how_was_computed(string compute)
    {
        ToolRun run = Tool.Run("run", Prompt, "--model", Tool.Small, "--seed", "5", "--max-tokens", "1", "--json", "--compute", compute).Done();

        Assert.Equal(compute, run.Last.GetProperty("compute").GetString());
    }

    [Fact]
    public void Json_and_text_are_the_same_run()
    {
        string[] command = ["run", Prompt, "--model", Tool.Small, "--seed", "7", "--max-tokens", "15"];

        JsonElement[] lines = Tool.Run([.. command, "--json"]).Done().Json;

        Assert.Equal(Tool.Run(command).Text, string.Concat(lines[..^1].Select(line => line.GetProperty("text").GetString())));
        Assert.Equal(TokenKeys, Keys(lines[0]));
        Assert.Equal("[]", lines[0].GetProperty("top").GetRawText());
    }

    [Fact]
    public void Samples_say_which_they_are_and_each_is_the_run_with_its_seed()
    {
        string[] command = ["run", Prompt, "--model", Tool.Small, "--max-tokens", "12"];

        JsonElement[] lines = Tool.Run([.. command, "--seed", "5", "--n", "3", "--json"]).Done().Json;
        ToolRun text = Tool.Run([.. command, "--seed", "5", "--n", "3"]).Done();

        List<string> texts = [];
        for (int i = 0; i < 3; i++)
        {
            JsonElement[] own = [.. lines.Where(line => line.GetProperty("sample").GetInt32() == i)];
            JsonElement[] alone = Tool.Run([.. command, "--seed", $"{5 + i}", "--json"]).Done().Json;
            Assert.Equal(["sample", .. TokenKeys], Keys(own[0]));
            Assert.Equal(["sample", .. LastKeys], Keys(own[^1]));
            Assert.Equal(5UL + (ulong)i, own[^1].GetProperty("seed").GetUInt64());
            Assert.Equal(alone[..^1].Select(line => line.GetProperty("id").GetInt32()), own[..^1].Select(line => line.GetProperty("id").GetInt32()));
            texts.Add(string.Concat(own[..^1].Select(line => line.GetProperty("text").GetString())));
        }
        Assert.Equal(string.Join("\n\n", texts) + "\n", text.Text);
        Assert.Contains("Sample 2 departs from sample 0 at token ", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Beams_stream_the_best_text_and_the_last_object_has_them_all()
    {
        string[] command = ["run", Prompt, "--model", Tool.Small, "--max-tokens", "12", "--beams", "3", "--length-penalty", "-0.5", "--early-stopping",
            "never"];

        JsonElement[] lines = Tool.Run([.. command, "--json"]).Done().Json;
        ToolRun text = Tool.Run(command).Done();

        Assert.Equal(TokenKeys, Keys(lines[0]));
        Assert.Equal([.. LastKeys[..^2], "beams", .. LastKeys[^2..]], Keys(lines[^1]));
        JsonElement[] beams = [.. lines[^1].GetProperty("beams").EnumerateArray()];
        Assert.Equal(3, beams.Length);
        Assert.All(beams, beam => Assert.Equal(["ids", "text", "score", "finish"], Keys(beam)));
        Assert.Equal(lines[..^1].Select(line => line.GetProperty("id").GetInt32()), beams[0].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal(beams[0].GetProperty("text").GetString(), text.Text);
        Assert.Contains("beam 2: score -", text.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--length-penalty", "1")]
    [InlineData("--early-stopping", "true")]
    [InlineData("--beam-groups", "2")]
    [InlineData("--beams", "4", "--n", "2")]
    [InlineData("--beams", "4", "--beam-groups", "3", "--diversity-penalty", "1")]
    [InlineData("--beams", "4", "--beam-groups", "2")]
    public void Beams_that_make_no_sense_are_refused(params string[] options)
    {
        ToolRun run = Tool.Run(["run", Prompt, "--model", Tool.Small, .. options]);

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_prompt_through_a_pipe_is_not_trimmed()
    {
        byte[] text = Encoding.UTF8.GetBytes("\uFEFF The wolf\r\n\n");

        JsonElement piped = Tool.RunWithInput(text, "run", "--model", Tool.Small, "--max-tokens", "1", "--json").Done().Last;

        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        Assert.Equal(model.Tokenizer.Encode(text).Ids, piped.GetProperty("promptIds").EnumerateArray().Select(id => id.GetInt32()));
    }

    [Fact]
    public void Argument_file_and_ids_give_the_same_text()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, Prompt);
        string[] rest = ["--model", Tool.Small, "--temperature", "0", "--max-tokens", "8", "--json"];

        JsonElement byArgument = Tool.Run(["run", Prompt, .. rest]).Done().Last;
        JsonElement byFile = Tool.Run(["run", "--prompt-file", file, .. rest]).Done().Last;
        string ids = string.Join(',', byArgument.GetProperty("promptIds").EnumerateArray());
        ToolRun byIds = Tool.Run(["run", "--ids", ids, .. rest]).Done();

        Assert.Equal(byArgument.GetProperty("promptIds").GetRawText(), byFile.GetProperty("promptIds").GetRawText());
        Assert.Equal(byArgument.GetProperty("promptIds").GetRawText(), byIds.Last.GetProperty("promptIds").GetRawText());
        File.Delete(file);
    }

    [Fact]
    public void No_bos_and_no_special_reach_the_tokenizer()
    {
        int[] Ids(params string[] options) =>
            [.. Tool.Run(["run", "<|endoftext|>a", "--model", Tool.Small, "--max-tokens", "1", "--json", .. options]).Done().Last.GetProperty("promptIds")
                .EnumerateArray().Select(id => id.GetInt32())];

        Assert.Equal([0, 0], Ids()[..2]);
        Assert.Equal(1, Ids("--no-bos").Count(id => id == 0));
        Assert.Equal(1, Ids("--no-special").Count(id => id == 0));
    }

    [Fact]
    public void Each_stop_text_ends_the_run_and_is_not_shown()
    {
        string whole = Tool.Run("run", Prompt, "--model", Tool.Small, "--temperature", "0", "--max-tokens", "20").Done().Text;
        string stop = whole[10..16];

        ToolRun run = Tool.Run("run", Prompt, "--model", Tool.Small, "--temperature", "0", "--max-tokens", "20", "--json", "--stop", "nowhere to be found",
            "--stop", stop).Done();

        Assert.Equal("stop", run.Last.GetProperty("finish").GetString());
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)],
            string.Concat(run.Json[..^1].Select(line => line.GetProperty("text").GetString())));
    }

    [Fact]
    public void End_ids_time_and_loops_end_the_run()
    {
        string Finish(params string[] options) =>
            Tool.Run(["run", Prompt, "--model", Tool.Small, "--temperature", "0", "--max-tokens", "300", "--json", .. options]).Done()
                .Last.GetProperty("finish").GetString()!;
        JsonElement[] lines = Tool.Run("run", Prompt, "--model", Tool.Small, "--temperature", "0", "--max-tokens", "3", "--json").Json;

        Assert.Equal("eos", Finish("--eos-ids", lines[2].GetProperty("id").GetRawText()));
        Assert.Equal("time", Finish("--time-limit", "0.001", "--ignore-eos"));
        Assert.Equal("loop", Finish("--loop-ngram", "1", "--loop-repeats", "2", "--ignore-eos"));
        Assert.Equal("context", Finish("--context", "10", "--ignore-eos"));
    }

    [Fact]
    public void The_cache_and_the_chunk_change_no_bit()
    {
        string Hashes(params string[] options) =>
            string.Join(' ', Tool.Run(["run", Prompt, "--model", Tool.Small, "--temperature", "0", "--max-tokens", "5", "--json", "--hash-logits", .. options])
                .Done().Json[..^1].Select(line => line.GetProperty("logitsHash").GetString()));

        string plain = Hashes();
        Assert.Equal(plain, Hashes("--no-cache"));
        Assert.Equal(plain, Hashes("--prefill-chunk", "1", "--threads", "1"));
    }

    [Fact]
    public void Without_a_cache_no_bytes_are_held_and_every_step_is_counted_whole()
    {
        JsonElement last = Tool.Run("run", Prompt, "--model", Tool.Small, "--temperature", "0", "--max-tokens", "3", "--json", "--no-cache", "--compute",
            "exact", "--cache-type", "f32").Done().Last;

        int prompt = last.GetProperty("promptTokens").GetInt32();
        Assert.Equal(0, last.GetProperty("cacheBytes").GetInt64());
        Assert.Equal(2 * (prompt + (prompt + 1) + (prompt + 2)), last.GetProperty("layerTokenPasses").GetInt32());
        Assert.Equal("exact", last.GetProperty("compute").GetString());
    }

    [Theory, InlineData("lookup"), InlineData("embedded:grain-1m")]
    public void Guessing_ahead_changes_no_line_and_is_reported(string draft)
    {
        string[] command = ["run", "The wolf said, and the wolf said", "--temperature", "0", "--max-tokens", "40", "--json", "--hash-logits"];

        ToolRun plain = Tool.Run(command).Done(), guessed = Tool.Run([.. command, "--draft", draft]).Done();

        Assert.Equal(plain.Text.Split('\n')[..40], guessed.Text.Split('\n')[..40]);
        JsonElement speculation = guessed.Last.GetProperty("speculation");
        Assert.Equal(["drafted", "accepted", "steps", "offAtToken"], Keys(speculation));
        Assert.InRange(speculation.GetProperty("accepted").GetInt32(), 0, speculation.GetProperty("drafted").GetInt32());
        Assert.False(plain.Last.TryGetProperty("speculation", out _));
    }

    [Fact]
    public void A_draft_beside_no_cache_or_of_no_name_is_refused()
    {
        Assert.Equal(2, Tool.Run("run", Prompt, "--draft", "lookup", "--no-cache").Code);
        Assert.Equal(2, Tool.Run("run", Prompt, "--draft", "").Code);
        Assert.Contains("embedded:grain-6m", Tool.Run("run", Prompt, "--draft", "embedded:none").Error, StringComparison.Ordinal);
        ToolRun missing = Tool.Run("run", Prompt, "--draft", "none.gguf");
        Assert.Equal((2, "No model file at none.gguf. --draft"), (missing.Code, missing.Error[..35]));
        Assert.DoesNotContain("--model", missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--time-limit", "1e-9")]
    [InlineData("--time-limit", "1e10")]
    public void A_time_that_no_clock_tells_is_refused_with_what_was_given(string option, string value)
    {
        ToolRun refused = Tool.Run("run", Prompt, option, value);
        Assert.Equal(2, refused.Code);
        Assert.Contains($"found \"{value}\"", refused.Error, StringComparison.Ordinal);
        Assert.Contains("1000000000", refused.Error, StringComparison.Ordinal);
    }

    [GoldenFact]
    public void A_real_file_gives_the_references_tokens()
    {
        JsonElement golden = JsonDocument.Parse(File.ReadAllText(Shared.Path("golden", "stories260K.greedy.json"))).RootElement.GetProperty("records")[0];

        ToolRun run = Tool.Run("run", golden.GetProperty("prompt").GetString()!, "--model", Shared.Path("models", "stories260K.gguf"),
            "--temperature", "0", "--max-tokens", "40", "--cache-type", "f32", "--json").Done();

        Assert.Equal(golden.GetProperty("ids").EnumerateArray().Take(40).Select(id => id.GetInt32()),
            run.Json[..^1].Select(line => line.GetProperty("id").GetInt32()));
    }

    private static string[] Keys(JsonElement json) => [.. json.EnumerateObject().Select(property => property.Name)];
}
