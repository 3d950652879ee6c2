using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class InterruptionTests
{
    private static readonly string[] Endless = ["run", "Once", "--model", Tool.Small, "--context", "1000000", "--ignore-eos"];

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_ends_the_run_at_the_next_token_with_its_figures(string signal)
    {
        if (OperatingSystem.IsWindows()) return;
        // env: whoever runs the tests in the background has Ctrl-C ignored, and so would have what he starts
        using Process process = Tool.Start("env", [], [$"--default-signal={signal}", Tool.Path, .. Endless, "--json"]);
        process.StandardOutput.BaseStream.ReadExactly(new byte[200]);       // it writes
        Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, []);

        Assert.Equal(130, run.Code);
        JsonElement last = JsonDocument.Parse(run.Text.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal("cancelled", last.GetProperty("finish").GetString());
        Assert.True(last.GetProperty("completionTokens").GetInt32() > 0);
    }

    [Theory]
    [InlineData("lab", "cache", "--max-tokens", "100000", "--context", "1000000")]
    [InlineData("bench", "--prefill", "16", "--threads", "1")]     // while the limits are measured
    public void What_is_cut_short_says_so_soon(params string[] command)
    {
        if (OperatingSystem.IsWindows()) return;
        using Process process = Tool.Start("env", [], ["--default-signal=INT", Tool.Path, .. command, "--model", Tool.Small]);
        AwaitHandler(process);
        Thread.Sleep(300);
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, []);     // fails where it goes on

        Assert.Equal(130, run.Code);
        Assert.Contains("cancelled", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Perplexity_tells_what_it_knows_when_it_is_cancelled()
    {
        if (OperatingSystem.IsWindows()) return;
        JsonElement last = Cancelled(string.Concat(Enumerable.Repeat("Once upon a time there was a king. ", 60_000)),
            file => ["perplexity", "--file", file, "--context", "16", "--json"], out _);

        int chunks = last.GetProperty("chunks").GetInt32();
        Assert.Equal(7 * chunks, last.GetProperty("tokens").GetInt32());
        Assert.Equal(chunks == 0 ? JsonValueKind.Null : JsonValueKind.Number, last.GetProperty("perplexity").ValueKind);
        Assert.Equal(["perplexity", "chunks", "tokens", "kernels", "compute"], last.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void A_score_that_is_cancelled_keeps_its_shape()
    {
        if (OperatingSystem.IsWindows()) return;
        JsonElement last = Cancelled(string.Concat(Enumerable.Repeat("Once upon a time there was a king. ", 20_000)),
            file => ["score", "--prompt-file", file, "--context", "1000000", "--json"], out int lines);

        Assert.Equal(["tokens", "sumLogprob", "perplexity", "kernels", "compute"], last.EnumerateObject().Select(p => p.Name));
        Assert.Equal(lines - 1, last.GetProperty("tokens").GetInt32());
    }

    [Fact]
    public void The_sum_of_a_part_is_not_told_as_the_whole()
    {
        Sum sum = new();
        sum.Add(-1);
        sum.Add(-2);

        Assert.StartsWith("log P(text) =", ScoreText.Said(sum, null), StringComparison.Ordinal);
        Assert.StartsWith("cancelled: the first 2 of 6,536 tokens · log P(this part) =", ScoreText.Said(sum, 6536), StringComparison.Ordinal);
        Assert.Equal("cancelled: none of 6,536 tokens was scored", ScoreText.Said(new Sum(), 6536));
    }

    // the last line of a command that is interrupted a while after its start, when it is at work
    private static JsonElement Cancelled(string text, Func<string, string[]> command, out int lines)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        using Process process = Tool.Start("env", [], ["--default-signal=INT", Tool.Path, .. command(file), "--model", Tool.Small]);
        AwaitHandler(process);
        AwaitWork(process);
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, []);
        File.Delete(file);

        Assert.Equal(130, run.Code);
        lines = run.Json.Length;
        return run.Last;
    }

    // by the processor's clock, which a busy machine does not shorten: starting takes a part of this, and what follows much more; or until it waits for a reader
    private static void AwaitWork(Process process)
    {
        TimeSpan before = default;
        for (int i = 0, still = 0; i < 600 && still < 40 && !process.HasExited && process.TotalProcessorTime < TimeSpan.FromSeconds(3); i++)
        {
            still = process.TotalProcessorTime == before ? still + 1 : 0;
            before = process.TotalProcessorTime;
            Thread.Sleep(50);
            process.Refresh();
        }
    }

    // the runtime catches the signal long before the tool registers for it: its thread for that says that the tool has
    internal static void AwaitHandler(Process process)
    {
        string tasks = $"/proc/{process.Id}/task";
        for (int i = 0; i < 1200 && Directory.Exists(tasks); i++)
        {
            if (Directory.EnumerateDirectories(tasks).Any(task => Comm(task) == ".NET SigHandler")) return;
            Thread.Sleep(50);
        }
    }

    private static string Comm(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/comm").TrimEnd();
        }
        catch (IOException)
        {
            return "";      // the thread has ended
        }
    }

    [Fact]
    public void A_late_one_is_forgiven_once_where_that_is_asked_for()
    {
        Clock clock = new();
        using Interruption interruption = new(clock);
        Press(interruption);
        Assert.True(interruption.Token.IsCancellationRequested);

        using Interruption forgiving = new(clock);
        forgiving.ForgiveLate();
        using CancellationTokenSource answer = new();
        forgiving.Redirect(answer).Dispose();
        Press(forgiving);       // the answer has just ended
        Assert.False(answer.IsCancellationRequested || forgiving.Token.IsCancellationRequested);

        using (forgiving.Redirect(answer)) Press(forgiving);        // at once, but an answer is under way
        Assert.True(answer.IsCancellationRequested);
        Assert.False(forgiving.Token.IsCancellationRequested);

        clock.Ticks += 2 * clock.TimestampFrequency;
        Press(forgiving);
        Assert.False(forgiving.Token.IsCancellationRequested);
        Press(forgiving);       // at once again: it is meant
        Assert.True(forgiving.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_part_that_has_just_ended_by_itself_is_no_failure()
    {
        using Interruption interruption = new(new Clock());
        CancellationTokenSource part = new();
        IDisposable redirected = interruption.Redirect(part);
        part.Dispose();
        Press(interruption);
        redirected.Dispose();

        Assert.False(interruption.Token.IsCancellationRequested);
    }

    private static void Press(Interruption interruption) => interruption.Cancel(new PosixSignalContext(PosixSignal.SIGINT));

    private sealed class Clock : TimeProvider
    {
        public long Ticks { get; set; } = 1;

        public override long GetTimestamp() => Ticks;
    }

    [Fact]
    public void A_reader_that_leaves_ends_the_run_without_a_word()
    {
        using Process process = Tool.Start(Tool.Path, [], [.. Endless, "--json"]);
        process.StandardInput.Close();
        process.StandardOutput.BaseStream.ReadExactly(new byte[100]);
        process.StandardOutput.Close();

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), "it went on into the closed pipe");
        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotMatch("(?m)^(?!Hint: the context)", process.StandardError.ReadToEnd().TrimEnd());
    }
}
