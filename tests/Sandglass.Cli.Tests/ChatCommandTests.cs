using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

public sealed class ChatCommandTests : IDisposable
{
    private static readonly string[] Short = ["--model", Tool.Small, "--max-tokens", "40", "--seed", "3", "--ignore-eos"];

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    private string Saved => Path.Combine(_folder, "talk.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_line_is_a_turn_and_each_answer_ends_with_a_line_break()
    {
        ToolRun text = Chat("A fox?\nAnd a wolf?\n"), json = Chat("A fox?\nAnd a wolf?", "--json");

        Assert.Equal(2, json.Json.Length);
        Assert.Equal(string.Concat(json.Json.Select(answer => answer.GetProperty("content").GetString() + "\n")), text.Text);
        foreach (JsonElement answer in json.Json)
        {
            Assert.Equal(["role", "content", "finish", "promptTokens", "cachedTokens", "completionTokens", "seed"], answer.EnumerateObject()
                .Select(p => p.Name));
            Assert.Equal(("assistant", "length", 40),
                (answer.GetProperty("role").GetString(), answer.GetProperty("finish").GetString(), answer.GetProperty("completionTokens").GetInt32()));
        }
    }

    [Fact]
    public void A_turn_reads_only_what_is_new()
    {
        JsonElement[] answers = Chat("A fox?\n\nAnd a wolf?\nAnd?\n", "--json", "--system", "Tell tales.").Json;

        int known = 0;
        foreach (JsonElement answer in answers)
        {
            Assert.True(answer.GetProperty("cachedTokens").GetInt32() >= Math.Max(0, known - 1) / 32 * 32);
            known = answer.GetProperty("promptTokens").GetInt32() + 40;
        }
        Assert.Equal(3, answers.Length);    // an empty line is nothing
    }

    [Fact]
    public void A_model_without_a_template_has_a_plain_form_and_says_so()
    {
        ToolRun run = Chat("A fox?\n");

        Assert.Contains("Hint: The model file has no chat template", run.Error, StringComparison.Ordinal);
        Assert.Equal("", Chat("A fox?\n", "-q").Error);
    }

    [Fact]
    public void A_saved_conversation_goes_on_where_it_was()
    {
        string[] straight = Contents(Chat("A fox?\nAnd?\nWhy?\n", "--json"));
        ToolRun first = Chat($"A fox?\nAnd?\n/save {Saved}\n", "--json");
        ToolRun second = Chat($"/load {Saved}\nWhy?\n", "--json");

        Assert.Equal(straight[..2], Contents(first));
        JsonElement saved = JsonDocument.Parse(File.ReadAllText(Saved)).RootElement;
        Assert.Equal(["user", "assistant", "user", "assistant"], saved.GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("role").GetString()));
        Assert.Equal([Saved], Directory.GetFiles(_folder));     // nothing beside it
        Assert.Single(second.Json);     // from the ids of the text, which need not be those that were chosen: not always the same answer
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":1}]}""", "message 1: a text as \"content\", found Number")]
    [InlineData("""{"messages":[{"role":"wizard","content":""}]}""", "the role system, user or assistant, found wizard")]
    [InlineData("""{"messages":[{"role":"user","content":"","name":"x"}]}""", "\"role\" and \"content\", found \"name\"")]
    [InlineData("""{"massages":[]}""", "found \"massages\"")]
    [InlineData("""{"model":"x"}""", "a list \"messages\", found none")]
    [InlineData("""{"messages":{}}""", "found Object")]
    [InlineData("""{"messages":[{"role":"user","content":"\ud800"}]}""", "expected JSON")]
    [InlineData("""[1]""", "message 1: an object, found Number")]
    [InlineData("""{"messages":[""", "expected JSON")]
    [InlineData("", "expected JSON")]
    public void What_is_no_saved_conversation_is_refused_with_its_place(string content, string expected)
    {
        File.WriteAllText(Saved, content);
        ToolRun run = Tool.RunWithInput(Encoding.UTF8.GetBytes($"/load {Saved}\nA fox?\n"), ["chat", .. Short]);

        Assert.Equal((2, ""), (run.Code, run.Text));
        Assert.Contains($"/load: {Saved} is no saved conversation: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_refused()
    {
        ToolRun missing = Tool.RunWithInput(Encoding.UTF8.GetBytes($"/save {_folder}/none/talk.json\n"), ["chat", .. Short]),
            folder = Tool.RunWithInput(Encoding.UTF8.GetBytes($"/save {_folder}\n"), ["chat", .. Short]);

        Assert.Equal((2, 2), (missing.Code, folder.Code));
        Assert.Contains("there is no directory", missing.Error, StringComparison.Ordinal);
        Assert.Contains("found the directory", folder.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/save {0}", "{0}, and this conversation is not from it. Give another name, or write over it with /save! {0}.")]
    [InlineData("/load {0}1\n/save {0}", "this conversation is not from it")]
    [InlineData("/save {0}2\n/clear\n/save {0}2", "this conversation is not from it")]
    [InlineData("/save! {0}", null)]
    [InlineData("/load {0}1\n/save {0}1", null)]
    [InlineData("/save {0}2\n/save {0}2", null)]
    [InlineData("/save! {0}\n/save {0}", null)]
    public void A_file_is_written_over_only_where_that_is_meant(string words, string? refusal)
    {
        File.WriteAllText(Saved, "a letter");
        File.WriteAllText(Saved + "1", """[{"role":"user","content":"A wolf?"}]""");
        ToolRun run = Tool.RunWithInput(Encoding.UTF8.GetBytes(words.Replace("{0}", Saved, StringComparison.Ordinal)), ["chat", .. Short]);

        Assert.Equal(refusal is null ? 0 : 2, run.Code);
        if (refusal is not null) Assert.Contains(refusal.Replace("{0}", Saved, StringComparison.Ordinal), run.Error, StringComparison.Ordinal);
        Assert.Equal(words.Contains("/save! ", StringComparison.Ordinal), File.ReadAllText(Saved) != "a letter");
        Assert.DoesNotContain(Directory.GetFiles(_folder), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Words_with_a_slash_change_the_conversation()
    {
        string[] said = ["A fox?", "/again", "And?", "/undo", "/system Tell tales.", $"/save {Saved}", "/clear", "//etc?", $"/save {Saved}2"];
        ToolRun run = Chat(string.Join('\n', said), "--json");

        string[] answers = Contents(run);
        Assert.Equal(4, answers.Length);
        Assert.NotEqual(answers[0], answers[1]);        // again, with the next seed
        Assert.Equal([("system", "Tell tales."), ("user", "A fox?"), ("assistant", answers[1])], Messages(Saved));
        Assert.Equal([("system", "Tell tales."), ("user", "/etc?"), ("assistant", answers[3])], Messages(Saved + "2"));
    }

    [Fact]
    public void Why_writes_the_last_answer_again_with_its_reasons()
    {
        JsonElement[] lines = Chat("A fox?\n/why\n", "--json").Json;

        Assert.Equal(41, lines.Length);
        Assert.Equal(lines[0].GetProperty("content").GetString(), string.Concat(lines[1..].Select(line => line.GetProperty("text").GetString())));
        Assert.All(lines[1..], line => Assert.True(line.GetProperty("interval")[0].GetDouble() <= line.GetProperty("draw").GetDouble()));
    }

    [Theory]
    [InlineData("/sytem x", "Did you mean /system?")]
    [InlineData("/sav", "Did you mean /save?")]
    [InlineData("/fetch", "Expected /system, /undo,")]
    [InlineData("/", "Expected /system, /undo,")]
    [InlineData("/load", "Expected /load FILE.")]
    [InlineData("/clear all", "Expected /clear alone, found all")]
    [InlineData("/undo", "Nothing was said yet")]
    [InlineData("/again", "Nothing was said yet")]
    [InlineData("/why", "no answer of this session yet")]
    public void A_wrong_word_is_refused_with_advice_and_ends_a_pipe(string line, string expected)
    {
        ToolRun run = Tool.RunWithInput(Encoding.UTF8.GetBytes(line + "\nA fox?\n"), ["chat", .. Short]);

        Assert.Equal((2, ""), (run.Code, run.Text));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_turn_that_does_not_fit_is_refused_with_both_numbers()
    {
        ToolRun run = Tool.RunWithInput(Encoding.UTF8.GetBytes("A fox?\nAnd?\n"), ["chat", .. Short, "--context", "56", "--json"]);

        Assert.Equal(2, run.Code);
        Assert.Single(run.Json);
        Assert.Contains("\"code\":\"conversation-too-long\"", run.Error, StringComparison.Ordinal);
        Assert.Matches("expected at most 55 tokens, .* found [0-9]+ tokens", run.Error);
        Assert.Contains("/undo", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_single_tokens_are_not_taken()
    {
        ToolRun run = Tool.RunWithInput([], ["chat", .. Short, "--logprobs", "3"]);

        Assert.Equal((2, ""), (run.Code, run.Text));
        Assert.Contains("--logprobs", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_ends_the_answer_and_not_the_program()
    {
        if (OperatingSystem.IsWindows()) return;
        string[] endless = ["chat", "--model", Tool.Small, "--context", "1000000", "--ignore-eos", "--seed", "3"];
        using Process process = Tool.Start("env", [], ["--default-signal=INT", Tool.Path, .. endless]);
        process.StandardInput.Write("A fox?\n");
        process.StandardInput.Flush();
        byte[] begun = new byte[200];
        process.StandardOutput.BaseStream.ReadExactly(begun);       // it writes
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, Encoding.UTF8.GetBytes($"/save {Saved}\n"));

        Assert.Equal(0, run.Code);
        Assert.EndsWith("\n", run.Text, StringComparison.Ordinal);
        Assert.Contains("cancelled; what there is stays", run.Error, StringComparison.Ordinal);
        Assert.Equal([("user", "A fox?"), ("assistant", Encoding.UTF8.GetString([.. begun, .. run.Output])[..^1])], Messages(Saved));
    }

    [TerminalFact]
    public void Ctrl_C_on_an_empty_line_ends_the_program_only_when_it_comes_again()
    {
        using Process process = Tool.Start("script", [("TERM", "xterm")], ["-qec", $"{Tool.Path} chat --model {Tool.Small}", "/dev/null"]);
        Type("> ");
        Type("once more, or Ctrl-D, ends the conversation.");

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), "it did not end");
        Assert.Equal(130, process.ExitCode);

        void Type(string after)
        {
            StringBuilder seen = new();
            while (!seen.ToString().Contains(after, StringComparison.Ordinal))
            {
                int letter = process.StandardOutput.Read();
                Assert.True(letter >= 0, $"it ended before: {seen}");
                seen.Append((char)letter);
            }
            Thread.Sleep(200);      // until keys are read
            process.StandardInput.Write('\x03');
            process.StandardInput.Flush();
        }
    }

    [Theory, InlineData("INT"), InlineData("TERM")]
    public void A_signal_while_nothing_is_answered_ends_the_program(string signal)
    {
        if (OperatingSystem.IsWindows()) return;
        using Process process = Tool.Start("env", [], [$"--default-signal={signal}", Tool.Path, "chat", .. Short]);
        process.StandardInput.Write("A fox?\n");
        process.StandardInput.Flush();
        while (process.StandardOutput.Read() is not ('\n' or -1)) { }
        while (process.StandardError.ReadLine() is string line && !line.Contains("40 tokens", StringComparison.Ordinal)) { }
        Thread.Sleep(100);
        Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), "it did not end");
        Assert.Equal(130, process.ExitCode);
    }

    private static ToolRun Chat(string input, params string[] options) =>
        Tool.RunWithInput(Encoding.UTF8.GetBytes(input), ["chat", .. Short, .. options]).Done();

    private static string[] Contents(ToolRun run) => [.. run.Json.Select(answer => answer.GetProperty("content").GetString()!)];

    private static (string, string)[] Messages(string path) =>
        [.. JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("messages").EnumerateArray()
            .Select(message => (message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))];
}
