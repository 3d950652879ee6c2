using System.Text.Json;

namespace Sandglass.Cli.Tests;

public sealed class BenchCommandTests : IDisposable
{
    private readonly ModelCopy _files = new();

    [Fact]
    public void A_long_text_takes_no_more_memory_at_its_end_than_after_a_tenth()
    {
        ToolRun run = Tool.Run("bench", "--long", "20000", "--window", "96", "--threads", "1", "--model", Tool.Small, "--json").Done();

        Assert.Equal(("long", 20000), (run.Last.GetProperty("what").GetString(), run.Last.GetProperty("tokens").GetInt32()));
        Assert.InRange(run.Last.GetProperty("cacheBytes").GetInt64(), 1, 1_000_000);
        long before = run.Last.GetProperty("residentBytesBefore").GetInt64(), after = run.Last.GetProperty("residentBytesAfter").GetInt64();
        Assert.InRange(after, before / 2, before + 30_000_000);  // the collector's own comings and goings
    }

    [Fact]
    public void Json_has_the_limits_and_each_measurement()
    {
        JsonElement[] rows = Tool.Run("bench", "--model", Tool.Small, "--prefill", "8", "--decode", "4", "--depth", "6", "--batch", "1,3", "--threads", "1,2",
            "--repeat", "1", "--cache-type", "f32", "--json").Done().Json;

        string[] each = ["limit", "limit", "limit", "prefill", "decode", "decode-depth", "batch", "batch"];
        Assert.Equal([.. each, .. each], rows.Select(row => row.GetProperty("what").GetString()));
        Assert.Equal([.. Enumerable.Repeat(1, 8), .. Enumerable.Repeat(2, 8)], rows.Select(row => row.GetProperty("threads").GetInt32()));
        Assert.Equal([0, 0, 0, 8, 4, 32, 32, 32], rows[..8].Select(row => row.GetProperty("tokens").GetInt32()));
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 3], rows[..8].Select(row => row.GetProperty("batch").GetInt32()));
        Assert.Equal([0, 0, 0, 0, 0, 6, 0, 0], rows[..8].Select(row => row.GetProperty("depth").GetInt32()));
        Assert.All(rows, row =>
        {
            Assert.Equal(["what", "name", "tokens", "depth", "batch", "threads", "cacheType", "tokensPerSecond", "spread", "shareOfLimit", "kernels"],
                row.EnumerateObject().Select(p => p.Name));
            Assert.Equal("f32", row.GetProperty("cacheType").GetString());
            Assert.True(row.GetProperty("tokensPerSecond").GetDouble() > 0);
            Assert.True(row.GetProperty("shareOfLimit").GetDouble() > 0);
        });
    }

    [Fact]
    public void Each_cache_type_is_measured()
    {
        JsonElement[] rows = Tool.Run("bench", "--model", Tool.Small, "--batch", "2", "--threads", "1", "--repeat", "1", "--cache-type", "f32,F16,q8", "--json")
            .Done().Json;

        Assert.Equal(["limit f32", "limit f32", "limit f32", "batch f32", "batch f16", "batch q8"],
            rows.Select(row => $"{row.GetProperty("what").GetString()} {row.GetProperty("cacheType").GetString()}"));
        Assert.Contains("expected f16, f32, q8 or q4", Tool.Run("bench", "--cache-type", "f16,q9").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_depth_beyond_the_context_is_left_out_with_a_note()
    {
        ToolRun run = Tool.Run("bench", "--model", Tool.Small, "--depth", "50000", "--prefill", "4", "--threads", "1", "--repeat", "1", "--json").Done();

        Assert.Equal(["limit", "limit", "limit", "prefill"], run.Json.Select(row => row.GetProperty("what").GetString()));
        Assert.StartsWith("Left out: decode-depth at 50,000", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_gets_tables()
    {
        string text = Tool.Run("bench", "--model", Tool.Small, "--decode", "2", "--threads", "1", "--repeat", "1").Done().Text;

        Assert.Contains("GB/s", text, StringComparison.Ordinal);
        Assert.Contains("grain-1m", text, StringComparison.Ordinal);
        Assert.Contains("decode", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smollm3:q4_0", "smollm2-135m, llama-3.2-1b or llama-3-8b")]
    [InlineData("smollm2-135m:q9", "q4_k_m")]
    [InlineData("smollm2-135m", "found none")]
    public void A_shape_or_type_that_is_unknown_is_refused_with_those_that_are_known(string synthetic, string told)
    {
        string path = Path.Combine(_files.Folder, "made.gguf");

        ToolRun run = Tool.Run("bench", "--synthetic", synthetic, "--keep", path);

        Assert.Equal(2, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        Assert.Equal(2, Tool.Run("bench", "--synthetic", "smollm2-135m:q4_0", "--model", Tool.Small).Code);
        Assert.Equal(2, Tool.Run("bench", "--keep", "made.gguf").Code);
        Assert.Equal(2, Tool.Run("bench", "--threads", "0").Code);
        Assert.Equal(2, Tool.Run("bench", "--threads", "").Code);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void What_has_no_room_at_all_is_refused_before_anything_is_measured()
    {
        ToolRun run = Tool.Run("bench", "--prefill", "5000", "--model", Tool.Small);

        Assert.Equal((2, ""), (run.Code, run.Text));
        Assert.Equal("Nothing is left to measure: prefill 5,000 needs 5,001 positions; the context has 1,024. Give a larger --context, or smaller numbers.\n",
            run.Error);
    }
}
