using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class ScoreCommandTests
{
    [Fact]
    public void Json_follows_the_chain_rule()
    {
        ToolRun run = Tool.Run("score", "Once upon a time", "--model", Tool.Small, "--json", "--logprobs", "2", "--hash-logits").Done();

        JsonElement[] lines = run.Json;
        JsonElement last = lines[^1];
        Assert.Equal(["index", "id", "next", "logprob", "rank", "top", "logitsHash"], lines[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["tokens", "sumLogprob", "perplexity", "kernels", "compute"], last.EnumerateObject().Select(p => p.Name));
        Assert.Equal(lines.Length - 1, last.GetProperty("tokens").GetInt32());
        double sum = lines[..^1].Sum(line => (double)line.GetProperty("logprob").GetSingle());
        Assert.Equal(sum, last.GetProperty("sumLogprob").GetDouble(), 1e-9);
        Assert.Equal(Math.Exp(-sum / (lines.Length - 1)), last.GetProperty("perplexity").GetDouble(), 1e-9);
        for (int i = 1; i < lines.Length - 1; i++) Assert.Equal(lines[i - 1].GetProperty("next").GetInt32(), lines[i].GetProperty("id").GetInt32());
    }

    [Fact]
    public void Its_logits_are_those_of_run_by_bits()
    {
        JsonElement[] written = Tool.Run("run", "Once", "--model", Tool.Small, "--temperature", "0", "--max-tokens", "4", "--json", "--hash-logits").Done()
            .Json;
        string ids = string.Join(',', written[^1].GetProperty("promptIds").EnumerateArray().Concat(written[..^1].Select(line => line.GetProperty("id"))));

        JsonElement[] scored = Tool.Run("score", "--ids", ids, "--model", Tool.Small, "--json", "--hash-logits", "--prefill-chunk", "2").Done().Json;

        int prompt = written[^1].GetProperty("promptTokens").GetInt32();
        Assert.Equal(written[..^1].Select(line => line.GetProperty("logitsHash").GetString()),
            scored[(prompt - 1)..^1].Select(line => line.GetProperty("logitsHash").GetString()));
        Assert.Equal(written[..^1].Select(line => line.GetProperty("logprob").GetRawText()),
            scored[(prompt - 1)..^1].Select(line => line.GetProperty("logprob").GetRawText()));
        Assert.All(scored[(prompt - 1)..^1], line => Assert.Equal(1, line.GetProperty("rank").GetInt32()));
    }

    [Fact]
    public void A_single_token_has_no_score_and_the_json_is_still_json()
    {
        JsonElement only = Assert.Single(Tool.Run("score", "--ids", "5", "--model", Tool.Small, "--json").Done().Json);

        Assert.Equal(0, only.GetProperty("tokens").GetInt32());
        Assert.Equal(0, only.GetProperty("sumLogprob").GetDouble());
        Assert.Equal(JsonValueKind.Null, only.GetProperty("perplexity").ValueKind);
    }

    [Fact]
    public void A_pipe_gets_the_text_alone_and_standard_error_the_sum()
    {
        byte[] text = "Once \n"u8.ToArray();

        ToolRun run = Tool.RunWithInput(text, "score", "--model", Tool.Small).Done();

        Assert.Equal(text, run.Output);
        Assert.Contains("perplexity", run.Error, StringComparison.Ordinal);
    }
}
