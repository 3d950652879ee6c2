using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.Tests.Generation;

namespace Sandglass.Cli.Tests;

/// <summary><c>run --trace FILE</c>: a whole file however the run ends, and the text of the untraced run.</summary>
public sealed class RunTraceTests : IDisposable
{
    private static readonly string[] Times = ["ttftMs", "prefillTokensPerSecond", "decodeTokensPerSecond"];

    // guessing goes on as long as it pays, which the clock says
    private static readonly string[] Guessed = ["speculation", "layerTokenPasses", "multiplyAdds"];

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    private string File => Path.Combine(_folder, "trace.json");

    [Theory]
    [InlineData("--seed", "5", "--json", "--hash-logits", "--logprobs", "2")]
    [InlineData("--seed", "5", "--explain", "--json")]
    [InlineData("--seed", "5")]
    [InlineData("--beams", "3", "--json", "--logprobs", "2", "--hash-logits")]
    [InlineData("--beams", "3", "--length-penalty", "-0.5", "--early-stopping", "never")]
    [InlineData("--seed", "5", "--temperature", "0", "--draft", "lookup", "--json", "--hash-logits")]
    [InlineData("--seed", "5", "--no-cache", "--json", "--hash-logits")]
    [InlineData("--seed", "5", "--window", "32", "--sinks", "4", "--json", "--hash-logits")]
    [InlineData("--seed", "5", "--explain")]
    public void The_output_is_that_of_the_untraced_run(params string[] options)
    {
        string[] command = ["run", "The wolf said, and the wolf said", "--model", Tool.Small, "--max-tokens", "40", .. options];
        ToolRun plain = Tool.Run(command).Done(), traced = Tool.Run([.. command, "--trace", File, .. options.Contains("--beams") ? [] : (string[])["--trace-attention", "all"]]).Done();

        JsonElement trace = Trace();
        string text = trace.GetProperty("result").GetProperty("text").GetString()!;
        if (!options.Contains("--json"))
        {
            Assert.Equal(plain.Text, traced.Text);
            if (!options.Contains("--explain")) Assert.Equal(plain.Text, text);
            return;
        }
        string[] lines = plain.Text.TrimEnd().Split('\n'), others = traced.Text.TrimEnd().Split('\n');
        Assert.Equal(lines[..^1], others[..^1]);
        Assert.Equal(Timeless(lines[^1]), Timeless(others[^1]));
        Assert.Equal(string.Concat(plain.Json[..^1].Select(line => line.GetProperty("text").GetString())), text);
        if (options.Contains("--hash-logits") && !options.Contains("--beams")) Assert.Equal(
            plain.Json[..^1].Select(line => line.GetProperty("logitsHash").GetString()), Tokens(trace).Select(step => step.GetProperty("logitsHash").GetString()));
    }

    [Fact]
    public void What_is_watched_is_asked_for_and_each_step_has_a_line()
    {
        Tool.Run("run", "Once upon a time", "--model", Tool.Small, "--seed", "5", "-n", "6", "--trace", File, "--trace-candidates", "7", "--trace-ids", "700,9",
            "--trace-attention", "none", "--trace-heads", "1:2,0:1", "--trace-logits").Done();

        JsonElement trace = Trace();
        Assert.Equal("""{"candidates":7,"asked":[700,9],"attention":"none","heads":[[1,2],[0,1]],"logits":true}""",
            trace.GetProperty("run").GetProperty("watched").GetRawText());
        Assert.All(Tokens(trace), step =>
        {
            Assert.Equal(7, step.GetProperty("candidates").GetArrayLength());
            Assert.Equal([700, 9], step.GetProperty("asked").EnumerateArray().Skip(1).Select(one => one.GetProperty("id").GetInt32()));
            Assert.Equal(2, step.GetProperty("attention").GetProperty("heads").GetArrayLength());
            Assert.Equal(4 * trace.GetProperty("model").GetProperty("vocabulary").GetInt32(), step.GetProperty("logits").GetBytesFromBase64().Length);
        });
        string[] lines = System.IO.File.ReadAllLines(File);
        Assert.Equal(trace.GetProperty("steps").GetArrayLength() + 4, lines.Length);
        Assert.All(lines[2..^2], line => JsonDocument.Parse(line.TrimEnd(',')));
        Assert.All(System.IO.File.ReadAllBytes(File), value => Assert.InRange(value, (byte)'\n', (byte)'~'));
    }

    [Fact]
    public void A_signal_leaves_a_whole_trace()
    {
        if (OperatingSystem.IsWindows()) return;
        using Process process = Tool.Start("env", [], ["--default-signal=INT", Tool.Path, "run", "Once", "--model", Tool.Small, "--context", "1000000",
            "--ignore-eos", "--json", "--trace", File, "--trace-attention", "none"]);
        process.StandardOutput.BaseStream.ReadExactly(new byte[400]);       // it writes
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, []);

        Assert.Equal(130, run.Code);
        JsonElement result = Trace().GetProperty("result"), last = JsonElement.Parse(run.Text.TrimEnd().Split('\n')[^1]);
        Assert.Equal("cancelled", result.GetProperty("finish").GetString());
        Assert.Equal(last.GetProperty("completionTokens").GetInt32(), result.GetProperty("completionTokens").GetInt32());
        Assert.Equal(result.GetProperty("completionTokens").GetInt32(), Tokens(Trace()).Length);
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_limit_of_time_and_a_reader_that_leaves_do_too()
    {
        Tool.Run("run", "Once", "--model", Tool.Small, "--ignore-eos", "--time-limit", "0.05", "--trace", File).Done();
        Assert.Equal("time", Trace().GetProperty("result").GetProperty("finish").GetString());
        if (OperatingSystem.IsWindows()) return;

        using Process process = Tool.Start(Tool.Path, [], ["run", "Once", "--model", Tool.Small, "--ignore-eos", "--json", "--context", "1000000", "--trace",
            File, "--trace-attention", "none"]);
        process.StandardOutput.BaseStream.ReadExactly(new byte[400]);
        process.StandardOutput.Close();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal("cancelled", Trace().GetProperty("result").GetProperty("finish").GetString());
        Assert.True(Tokens(Trace()).Length > 0);
    }

    [Theory]
    [InlineData("a trace is of one text", "--n", "2")]
    [InlineData("--trace-ids and --beams exclude each other", "--beams", "2", "--trace-ids", "5")]
    [InlineData("there is no folder", "--trace", "FOLDER/none/x.json")]
    [InlineData("a directory", "--trace", "FOLDER")]
    [InlineData("--trace-heads: expected layers from 0 to 1", "--trace-heads", "2:0")]
    [InlineData("--trace-heads: expected layers and heads such as 3:0", "--trace-heads", "2")]
    [InlineData("--trace-ids: expected ids from 0 to ", "--trace-ids", "1000000")]
    [InlineData("--trace-candidates: expected a whole number from 0 to 1000", "--trace-candidates", "1001")]
    [InlineData("--draft-rejection: expected no trace", "--draft", "lookup", "--draft-rejection")]
    public void What_cannot_be_traced_is_refused_and_no_file_appears(string expected, params string[] options)
    {
        string[] given = [.. options.Select(option => option.Replace("FOLDER", _folder, StringComparison.Ordinal))];
        string[] file = options.Contains("--trace") ? [] : ["--trace", File];

        ToolRun run = Tool.Run(["run", "Once", "--model", Tool.Small, "--max-tokens", "5", .. file, .. given]);

        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory, InlineData("--trace-ids", "1"), InlineData("--trace-logits"), InlineData("--force"), InlineData("--trace-attention", "all")]
    public void What_does_nothing_alone_is_refused(params string[] options)
    {
        ToolRun run = Tool.Run(["run", "Once", "--model", Tool.Small, .. options]);

        Assert.Equal(2, run.Code);
        Assert.Contains($"{options[0]} does nothing alone: expected --trace FILE with it.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_replaces_a_file_and_a_refused_run_leaves_it()
    {
        System.IO.File.WriteAllText(File, "old");
        Assert.Equal(2, Tool.Run("run", "Once", "--model", Tool.Small, "--trace", File, "--trace-heads", "9:9").Code);
        Assert.Equal("old", System.IO.File.ReadAllText(File));
        Assert.Contains("--trace: ", Assert.Throws<WrongInputException>(() => QuantizeCommand.RefuseToReplace(File, "--trace")).Message,
            StringComparison.Ordinal);

        Tool.Run("run", "Once", "--model", Tool.Small, "-n", "2", "--trace", File).Done();
        Assert.Equal(2, Tokens(Trace()).Length);
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private JsonElement Trace()
    {
        JsonElement trace = JsonElement.Parse(System.IO.File.ReadAllBytes(File));
        TraceSchema.Require(trace);
        return trace;
    }

    private static JsonElement[] Tokens(JsonElement trace) =>
        [.. trace.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("kind").GetString() == "token")];

    private static string Timeless(string line)
    {
        JsonObject last = JsonNode.Parse(line)!.AsObject();
        foreach (string time in Times) last.Remove(time);
        if (!last.ContainsKey("speculation")) return last.ToJsonString();
        foreach (string name in Guessed) last.Remove(name);
        return last.ToJsonString();
    }
}
