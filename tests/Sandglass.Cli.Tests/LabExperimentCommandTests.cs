using System.Text.Json;
using System.Xml.Linq;

namespace Sandglass.Cli.Tests;

/// <summary>What all experiments have in common, and the shapes of their rows.</summary>
public sealed class LabExperimentCommandTests : IDisposable
{
    private static readonly string[] Temperature =
        ["lab", "temperature", "The king", "--model", Tool.Small, "--temperatures", "0,1.2", "--n", "2", "--max-tokens", "6"];

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    public static TheoryData<string[], string[]> Shapes => new()
    {
        { Temperature, ["temperature", "texts", "tokens", "meanLogprob", "distinct1", "distinct2", "distinct3", "equalTexts", "text", "seed"] },
        {
            ["lab", "repetition", "The king", "--model", Tool.Small, "--max-tokens", "100"],
            ["remedy", "texts", "tokens", "looped", "loopFrom", "loopPeriod", "repeated2", "repeated4", "repeated8", "meanLogprob", "text"]
        },
        {
            ["lab", "drift", "The king", "--model", Tool.Small, "--n", "2", "--max-tokens", "20", "--rank", "5"],
            ["what", "text", "from", "to", "logprob", "entropy", "seed"]
        },
        {
            ["lab", "speculation", "The king", "--model", Tool.Small, "--draft", Tool.Small, "--n", "1", "--max-tokens", "16"],
            ["draft", "temperature", "length", "tokens", "steps", "drafted", "accepted", "lastHeld", "textEqual", "seed"]
        },
        {
            ["lab", "quant", "The king", "--model", Tool.Small, "--n", "1", "--max-tokens", "20", "--weights", "given,q4_0", "--caches", "f16"],
            ["weights", "cacheType", "weightBytes", "cacheBytesPerToken", "tokens", "perplexity", "lost", "lostError", "equalLikeliest", "seed"]
        },
        {
            ["lab", "window", "The king", "--model", Tool.Small, "--n", "1", "--max-tokens", "40", "--windows", "8,16"],
            ["window", "sinks", "cacheBytes", "tokens", "perplexity", "lost", "lostError", "equalLikeliest", "seed"]
        },
        {
            ["lab", "forget", "--model", Tool.Small, "--distances", "0,20", "--trials", "2"],
            ["distance", "trials", "hits", "accuracy", "low", "high", "lift", "divergence", "seed"]
        },
        {
            ["lab", "middle", "--model", Tool.Small, "--lengths", "80", "--positions", "0,1", "--trials", "2"],
            ["form", "length", "position", "trials", "hits", "accuracy", "low", "high", "meanLogprob", "seed"]
        },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Each_row_is_an_object_a_run_repeats_and_people_see_a_table_and_a_picture(string[] command, string[] fields)
    {
        string picture = Path.Combine(_folder, "picture.svg"), results = Path.Combine(_folder, "results.jsonl");

        ToolRun json = Tool.Run([.. command, "--json", "--resume", results]).Done();
        ToolRun table = Tool.Run([.. command, "--resume", results, "--plot", picture]).Done();
        ToolRun again = Tool.Run([.. command, "--json"]).Done();

        Assert.NotEmpty(json.Json);
        Assert.Equal([.. fields, "kernels", "compute"], json.Json[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(json.Text, again.Text);
        Assert.Equal("", again.Error);
        Assert.Contains(" taken from ", table.Error, StringComparison.Ordinal);
        Assert.Contains("It cannot show ", table.Error, StringComparison.Ordinal);
        Assert.Contains("small models are weak", table.Error, StringComparison.Ordinal);
        Assert.True(table.Text.Split('\n').Length > 4);
        Assert.Contains("svg", XDocument.Load(picture).Root!.Name.LocalName, StringComparison.Ordinal);
        Assert.Equal(["picture.svg", "results.jsonl"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        RecordedLab.Compare(command[1], results, picture);
        RecordedLab.CompareWords(command[1], table.Error);
    }

    [Fact]
    public void Results_of_other_options_are_refused_with_what_differs()
    {
        string results = Path.Combine(_folder, "results.jsonl");
        Tool.Run([.. Temperature, "--resume", results]).Done();

        ToolRun other = Tool.Run([.. Temperature, "--resume", results, "--seed", "7"]);

        Assert.Equal((2, ""), (other.Code, other.Text));
        Assert.StartsWith("--resume: expected results of seed 7, found those of seed 1 in ", other.Error, StringComparison.Ordinal);
        Assert.Contains("[results-other]", other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--plot: there is no directory", "--plot", "/nowhere/at/all.svg")]
    [InlineData("--resume: expected the path of a file, found the directory", "--resume", "/")]
    [InlineData("--temperatures: expected numbers from 0 to 100 with commas between them, found \"1,x\".", "--temperatures", "1,x")]
    [InlineData("--n: expected a whole number from 2 to 64", "--n", "1")]
    public void A_wrong_option_is_refused_before_anything_is_done(string expected, params string[] options)
    {
        ToolRun run = Tool.Run(["lab", "temperature", "a", "--model", Tool.Small, .. options]);

        Assert.Equal(2, run.Code);
        Assert.StartsWith(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cache-type does nothing here. Give the types to try: --caches", "quant", "--cache-type", "q8")]
    [InlineData("--window does nothing here. Give the windows to try: --windows", "window", "--window", "64")]
    [InlineData("--caches: expected some of f16, f32, q8, q4, each once", "quant", "--caches", "q8,q8")]
    [InlineData("--windows: expected whole numbers from 2 to 20", "window", "--max-tokens", "20", "--windows", "40", "--ids", "0,328")]
    [InlineData("--seed does nothing beside --text: nothing is drawn. Leave out one.", "window", "--text", "x.txt", "--seed", "1")]
    [InlineData("PROMPT does nothing beside --text: nothing is drawn. Leave out one.", "quant", "--text", "x.txt", "The king")]
    [InlineData("--batches: expected whole numbers from 1 to 64 with commas between them", "batch", "--batches", "65")]
    [InlineData("--lengths: expected at most 16,773,120 tokens, found 17,825,792.", "scale", "--lengths", "1K,17M")]
    [InlineData("--window: expected none: what the length costs is asked of texts that are seen whole", "scale", "--lengths", "8", "--window", "8")]
    public void What_an_experiment_cannot_use_is_refused(string expected, string experiment, params string[] options)
    {
        ToolRun run = Tool.Run(["lab", experiment, "--model", Tool.Small, .. options]);

        Assert.Equal(2, run.Code);
        Assert.StartsWith(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_text_is_scored_and_nothing_drawn()
    {
        string text = Path.Combine(_folder, "text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("The fox said to the bear that it was cold. ", 12)));

        JsonElement[] rows = Tool.Run(
            ["lab", "window", "--model", Tool.Small, "--text", text, "--max-tokens", "60", "--windows", "32", "--sink-counts", "0", "--json"]).Done().Json;

        Assert.Equal([0, 32], rows.Select(row => row.GetProperty("window").GetInt32()));
        Assert.All(rows, row => Assert.False(row.TryGetProperty("seed", out _)));
    }

    [Theory]
    [InlineData(2, 4, "lab", "cache", "--max-tokens", "16")]       // panels, lines: with the cache and without
    [InlineData(3, 0, "lab", "fork", "--max-tokens", "4", "--branches", "3")]
    public void Cache_and_fork_have_a_picture_and_a_claim_too(int panels, int lines, params string[] command)
    {
        string picture = Path.Combine(_folder, "picture.svg");

        string results = Path.Combine(_folder, "results.jsonl");
        string[] whole = [.. command, "--model", Tool.Small, "--plot", picture, "--resume", results];

        ToolRun run = Tool.Run(whole).Done(), again = Tool.Run(whole).Done();

        Assert.Equal(run.Text, again.Text);     // of the cache, measured times too: they come from the file
        XElement root = XDocument.Load(picture).Root!;
        Assert.Equal(lines, root.Descendants(root.Name.Namespace + "polyline").Count());
        Assert.Equal(panels, root.Descendants(root.Name.Namespace + "line").Count(line => (string?)line.Attribute("class") == "axis"
            && (string?)line.Attribute("y1") == (string?)line.Attribute("y2")));
        Assert.Contains("small models are weak", run.Error, StringComparison.Ordinal);
        RecordedLab.Compare(command[1], results, picture, isMeasured: command[1] == "cache");
        RecordedLab.CompareWords(command[1], run.Error);
    }

    [Fact]
    public void Batch_has_measured_rows()
    {
        string picture = Path.Combine(_folder, "picture.svg"), results = Path.Combine(_folder, "results.jsonl");
        string[] command = ["lab", "batch", "--model", Tool.Small, "--batches", "1,2", "--max-tokens", "8", "--repeat", "1", "--resume", results];

        JsonElement[] rows = Tool.Run([.. command, "--json"]).Done().Json;
        ToolRun table = Tool.Run([.. command, "--plot", picture]).Done();

        Assert.Equal(
            [
                "batch", "tokens", "tokensPerSecond", "tokensPerSecondLow", "tokensPerSecondHigh", "msPerToken", "msPerToken95", "firstTokenMs", "kernels",
                "compute",
            ],
            rows[1].EnumerateObject().Select(field => field.Name));
        RecordedLab.Compare("batch", results, picture, isMeasured: true);
        RecordedLab.CompareWords("batch", table.Error);
    }

    [Fact]
    public void Scale_has_counted_and_measured_rows_and_those_of_a_formula_a_table_and_a_picture()
    {
        string picture = Path.Combine(_folder, "picture.svg"), results = Path.Combine(_folder, "results.jsonl");
        string[] command = ["lab", "scale", "--model", Tool.Small, "--lengths", "8,64", "--max-tokens", "2", "--repeat", "1", "--resume", results];

        JsonElement[] rows = Tool.Run([.. command, "--json"]).Done().Json;
        ToolRun table = Tool.Run([.. command, "--plot", picture]).Done();

        Assert.Equal(
            [("counted", 4), ("measured", 4), ("formula", 4)],
            rows[..12].GroupBy(row => row.GetProperty("source").GetString()).Select(group => (group.Key!, group.Count())));
        // of the prompt of 64, twice the multiply-adds that were counted are the operations of the formula
        Assert.Equal(2 * rows[4].GetProperty("multiplyAdds").GetProperty("total").GetInt64(), rows[10].GetProperty("total").GetDouble());
        Assert.Equal(1, rows[10].GetProperty("measuredRelative").GetDouble());
        Assert.Equal(6, rows[12..].Count(row => row.GetProperty("what").GetString() == "growth"));
        Assert.Contains("attention with 1.95; time with ", table.Text, StringComparison.Ordinal);
        Assert.Equal(6, XDocument.Load(picture).Descendants().Count(element => element.Name.LocalName == "polyline"));
    }

    [Fact]
    public void Options_and_their_defaults_are_those_that_the_page_shows() => RecordedLab.CompareOptions();

    [Fact]
    public void Each_row_says_what_ran()
    {
        JsonElement row = Tool.Run([.. Temperature, "--json", "--seed", "9", "--compute", "exact"]).Done().Json[0];

        Assert.Equal(9, row.GetProperty("seed").GetInt32());
        Assert.Equal("exact", row.GetProperty("compute").GetString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
