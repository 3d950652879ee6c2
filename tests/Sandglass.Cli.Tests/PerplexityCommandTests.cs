using System.Text.Json;

namespace Sandglass.Cli.Tests;

public sealed class PerplexityCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public PerplexityCommandTests() => File.WriteAllText(_file, string.Concat(Enumerable.Repeat("Once upon a time there was a king who had three sons. ", 20)));

    [Fact]
    public void Json_counts_the_second_half_of_each_chunk()
    {
        JsonElement last =
            Assert.Single(Tool.Run("perplexity", "--file", _file, "--context", "64", "--chunks", "2", "--model", Tool.Small, "--json").Done().Json);

        Assert.Equal(["perplexity", "chunks", "tokens", "kernels", "compute"], last.EnumerateObject().Select(p => p.Name));
        Assert.Equal(2, last.GetProperty("chunks").GetInt32());
        Assert.Equal(2 * 31, last.GetProperty("tokens").GetInt32());
        Assert.InRange(last.GetProperty("perplexity").GetDouble(), 1, 4096);
    }

    [Fact]
    public void The_text_is_an_argument_as_everywhere_or_an_option()
    {
        string[] rest = ["--context", "64", "--chunks", "1", "--model", Tool.Small, "--json"];
        string asOption = Tool.Run(["perplexity", "--file", _file, .. rest]).Done().Text;

        Assert.Equal(asOption, Tool.Run(["perplexity", _file, .. rest]).Done().Text);
        Assert.Equal(asOption, Tool.RunWithInput(File.ReadAllBytes(_file), ["perplexity", "-", .. rest]).Done().Text);
        Assert.Contains("Leave out one", Tool.Run(["perplexity", _file, "--file", _file, .. rest]).Error, StringComparison.Ordinal);
        Assert.Equal((2, true),
            (Tool.Run(["perplexity", .. rest]).Code, Tool.Run(["perplexity", .. rest]).Error.Contains("sandglass perplexity FILE", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_text_shorter_than_a_chunk_says_both_lengths()
    {
        ToolRun run = Tool.Run("perplexity", "--file", _file, "--context", "1000", "--model", Tool.Small);

        Assert.Equal(2, run.Code);
        Assert.Contains("at least 1000 tokens", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_file);
}
