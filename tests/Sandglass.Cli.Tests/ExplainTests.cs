using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sandglass.Cli.Tests;

public class ExplainTests
{
    private static readonly string[] Usual = ["run", "Once upon a time", "--model", Tool.Small, "--seed", "5", "--max-tokens", "30", "--explain"];

    [Theory]
    [InlineData("", "top_k,top_p,min_p,temperature")]
    [InlineData("--temperature 0", "")]
    [InlineData("--samplers penalties;typical_p;top_p;temperature --repetition-penalty 1.3 --typical-p 0.9 --temperature 1.4",
        "penalties,typical_p,top_p,temperature")]
    [InlineData("--samplers top_k,temperature", "top_k,temperature")]
    [InlineData("--mirostat 2 --mirostat-tau 3 --logit-bias 12=-1 --logit-bias 15=+2 --ban-ids 440", "logit_bias,banned,temperature,mirostat")]
    [InlineData("--temperature 0 --no-repeat-ngram 2 --frequency-penalty 0.3 --ignore-eos --top-k 5", "banned,no_repeat_ngram,penalties")]
    [InlineData("--dry-multiplier 0.8 --top-n-sigma 2 --xtc-probability 0.5 --dynatemp-range 0.4 --min-tokens 4",
        "min_tokens,dry,top_n_sigma,top_k,top_p,min_p,xtc,temperature")]
    public void Json_tells_what_the_chain_did(string options, string steps)
    {
        string[] more = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        JsonElement[] lines = Tool.Run([.. Usual, "--json", .. more]).Done().Json;
        JsonElement[] silent = Tool.Run([.. Usual.Where(word => word != "--explain"), "--json", .. more]).Done().Json;
        Assert.Equal(silent[..^1].Select(line => line.GetProperty("id").GetInt32()), lines[..^1].Select(line => line.GetProperty("id").GetInt32()));
        foreach (JsonElement line in lines[..^1])
        {
            Assert.Equal(["index", "id", "text", "bytes", "logprob", "top", "rank", "entropyRaw", "entropyFinal", "kept", "final", "draw", "interval",
                "stages"], line.EnumerateObject().Select(field => field.Name));
            Assert.Equal(steps, string.Join(',', line.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("name").GetString())));
            double draw = line.GetProperty("draw").GetDouble();
            double[] interval = [.. line.GetProperty("interval").EnumerateArray().Select(bound => bound.GetDouble())];
            Assert.True(interval[0] <= draw && draw < interval[1] && interval[0] >= 0 && interval[1] <= 1);

            (int Id, double P)[] final = [.. line.GetProperty("final").EnumerateArray()
            .Select(token => (token.GetProperty("id").GetInt32(), token.GetProperty("probability").GetDouble()))];
            int at = Array.FindIndex(final, token => token.Id == line.GetProperty("id").GetInt32());
            if (at >= 0)
            {
                Assert.Equal(final[at].P, interval[1] - interval[0], 1e-5);
                Assert.Equal(final[..at].Sum(token => token.P), interval[0], 1e-5);
            }
            int[] kept = [.. line.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("kept").GetInt32()), line.GetProperty("kept")
                .GetInt32()];
            Assert.Equal(kept.OrderDescending(), kept);
        }
    }

    [Fact]
    public void A_pipe_gets_a_plain_line_a_token()
    {
        ToolRun run = Tool.Run(Usual).Done();
        Assert.DoesNotContain('\e', run.Text);
        Assert.Equal(30, run.Text.Count(c => c == '\n'));
        Assert.Contains("Stages: top_k, top_p, min_p, temperature", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, Tool.Run([.. Usual, "--n", "2"]).Done().Error.Split("Stages:").Length);
    }

    [Fact]
    public void A_part_of_a_character_is_told_as_its_bytes_and_a_control_token_by_its_name()
    {
        string[] lines = Tool.Run([.. Usual, "--allow-ids", "163"]).Done().Text.TrimEnd().Split('\n');
        Assert.All(lines, line => Assert.StartsWith("0xE6 ", line, StringComparison.Ordinal));
        Assert.StartsWith("<|endoftext|> ", Tool.Run([.. Usual, "--allow-ids", "0"]).Done().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_likeliest_is_taken_no_draw_is_told()
    {
        string text = Tool.Run([.. Usual, "--temperature", "0"]).Done().Text;
        Assert.Equal(30, Regex.Count(text, "the likeliest: no draw"));
        Assert.DoesNotContain(" in [", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_tokens_of_the_same_large_logit_have_half_each()
    {
        JsonElement token = Tool.Run([.. Usual, "--json", "--samplers", "temperature", "--logit-bias", "440=1e9", "--logit-bias", "12=1e9"]).Done().Json[0];
        Assert.Equal([(12, 0.5), (440, 0.5)], token.GetProperty("final").EnumerateArray().Take(2)
            .Select(one => (one.GetProperty("id").GetInt32(), one.GetProperty("probability").GetDouble())));
        Assert.Equal(Math.Log(2), token.GetProperty("entropyFinal").GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData("--top-p 0.95 --samplers top_k", "--top-p: expected --samplers to name top_p")]
    [InlineData("--mirostat 2 --top-k 40", "--mirostat: expected no filter beside it")]
    [InlineData("--mirostat 1 --temperature 0", "--mirostat")]
    [InlineData("--samplers nope", "found \"nope\"")]
    [InlineData("--samplers ;", "--samplers: expected at least one step")]
    [InlineData("--allow-ids 5,6 --ban-ids 6,5", "--allow-ids: expected at least one id that is not banned")]
    [InlineData("--allow-ids 99999999", "--allow-ids: expected ids from 0 to")]
    [InlineData("--logit-bias 5", "--logit-bias: expected a token id and a number")]
    [InlineData("--logit-bias 5=1 --logit-bias 5=2", "5 twice")]
    [InlineData("--logit-bias 5=-inf", "--logit-bias: expected a number from -1e30 to 1e30 each; --ban-ids keeps an id out")]
    [InlineData("--logit-bias 5=-1e308", "--ban-ids keeps an id out")]
    [InlineData("--repetition-penalty 1e300", "--repetition-penalty: expected a number from 0.001 to 1000")]
    [InlineData("--xtc-threshold 0.2", "--xtc-threshold: expected --xtc-probability with it")]
    [InlineData("--penalty-window 5", "--penalty-window: expected --repetition-penalty or --frequency-penalty or --presence-penalty with it")]
    [InlineData("--beams 2", "--explain: expected no --beams beside it: they draw no token, found 2.")]
    [InlineData("--min-tokens 31", "--min-tokens: expected a whole number from 0 to 30 (--max-tokens)")]
    public void A_mix_that_makes_no_sense_is_refused_with_its_reason(string options, string reason)
    {
        ToolRun run = Tool.Run([.. Usual, .. options.Split(' ')]);
        Assert.Equal((2, ""), (run.Code, run.Text));
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Allowed_ids_alone_come_and_a_large_bias_decides()
    {
        int[] ids = [.. Tool.Run([.. Usual, "--json", "--allow-ids", "440,12,308"]).Done().Json[..^1].Select(line => line.GetProperty("id").GetInt32())];
        Assert.All(ids, id => Assert.Contains(id, new[] { 440, 12, 308 }));
        Assert.All(Tool.Run([.. Usual, "--json", "--logit-bias", "440=+100"]).Done().Json[..^1], line => Assert.Equal(440, line.GetProperty("id").GetInt32()));
    }
}
