using System.Diagnostics;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

/// <summary>What somebody tries first works, or says what to do.</summary>
public sealed class NewcomerTests : IDisposable
{
    private readonly ModelCopy _files = new();

    [Fact]
    public void A_chat_model_with_a_bare_prompt_gets_one_hint()
    {
        string chat = _files.Write("chat.gguf", ("tokenizer.chat_template", "{{ messages }}"));

        ToolRun bare = Tool.Run("run", "Hello", "--model", chat, "--max-tokens", "2", "--json").Done();
        ToolRun marked = Tool.Run("run", "Hello<|endoftext|>", "--model", chat, "--max-tokens", "2", "--json").Done();

        Assert.Single(bare.Error.Split('\n'), line => line.StartsWith("Hint:", StringComparison.Ordinal));
        Assert.DoesNotContain("$'", bare.Error, StringComparison.Ordinal);       // a quoting of one shell only
        Assert.Equal(3, bare.Json.Length);
        Assert.DoesNotContain("Hint", marked.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_model_is_loaded_by_its_first_part_and_a_later_one_names_it()
    {
        string first = _files.WriteSplit("parts");
        string[] rest = ["--temperature", "0", "--max-tokens", "5"];

        Assert.Equal(Tool.Run(["run", "Once", "--model", Tool.Small, .. rest]).Done().Text, Tool.Run(["run", "Once", "--model", first, .. rest]).Done().Text);
        ToolRun later = Tool.Run("run", "Once", "--model", first.Replace("00001-of", "00002-of", StringComparison.Ordinal));
        Assert.Equal(2, later.Code);
        Assert.Contains("Give the first part, parts-00001-of-00002.gguf.", later.Error, StringComparison.Ordinal);
        Assert.Equal(2, Tool.Run("inspect", first, "--json").Done().Last.GetProperty("parts").GetInt32());
    }

    [Fact]
    public void A_wrong_path_says_what_to_do()
    {
        ToolRun run = Tool.Run("run", "Once upon a time", "--model", "missing.gguf");

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
        Assert.Equal("No model file at missing.gguf. Give a GGUF file with --model, or leave --model out to use the model that ships inside. [file-missing]\n",
            run.Error);
    }

    [Fact]
    public void A_prompt_longer_than_the_context_is_refused_with_both_numbers()
    {
        ToolRun run = Tool.Run("run", "--ids", "1,2,3,4,5,6,7", "--context", "5", "--model", Tool.Small, "--json");

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains("at most 5 tokens", run.Error, StringComparison.Ordinal);
        Assert.Contains("7 tokens", run.Error, StringComparison.Ordinal);
        Assert.Contains("give a larger --context; the model was trained for up to 1024", run.Error, StringComparison.Ordinal);

        ToolRun hopeless = Tool.Run("run", "--ids", string.Join(',', Enumerable.Repeat(5, 1025)), "--model", Tool.Small);
        Assert.Equal(2, hopeless.Code);
        Assert.DoesNotContain("--context", hopeless.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_beyond_the_trained_one_gets_a_hint_with_both_numbers()
    {
        ToolRun run = Tool.Run("run", "a", "--context", "5000", "--model", Tool.Small, "--max-tokens", "1").Done();

        string hint = Assert.Single(run.Error.Split('\n'), line => line.StartsWith("Hint:", StringComparison.Ordinal));
        Assert.Contains("5000", hint, StringComparison.Ordinal);
        Assert.Contains("1024", hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dash_is_standard_input_and_a_line_break_at_its_end_is_worth_a_hint()
    {
        string[] rest = ["--model", Tool.Small, "--max-tokens", "1", "--temperature", "0"];
        ToolRun piped = Tool.RunWithInput("The wolf\n"u8.ToArray(), ["run", "-", .. rest]).Done();
        ToolRun file = Tool.RunWithInput("The wolf\n"u8.ToArray(), ["run", "--prompt-file", "-", .. rest]).Done();

        Assert.Contains("ends with a line break", piped.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Hint", file.Error, StringComparison.Ordinal);
        Assert.Equal(piped.Output, file.Output);
        Assert.Equal("[0,13]", Tool.RunWithInput("a"u8.ToArray(), "tokenize", "--json", "--", "-").Done().Last.GetProperty("ids").GetRawText());
    }

    [Fact]
    public void Figures_begin_a_line_of_their_own_where_both_streams_meet()
    {
        ToolRun run = Tool.Run("run", "Once upon a time", "--model", Tool.Small, "--max-tokens", "3", "--temperature", "0").Done();

        Assert.DoesNotContain('\n', run.Text);
        Assert.StartsWith("\n3 tokens", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_shows_only_with_json_says_so_once()
    {
        ToolRun run = Tool.Run("score", "Once upon", "--model", Tool.Small, "--hash-logits").Done();

        Assert.Contains("Hint: --hash-logits shows only with --json.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_is_called_what_it_is()
    {
        string empty = Path.Combine(_files.Folder, "empty.gguf"), nowhere = Path.Combine(_files.Folder, "none", "x.gguf");
        File.WriteAllBytes(empty, []);

        Assert.Contains("the file is empty", Tool.Run("run", "a", "--model", empty).Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean embedded:grain-1m", Tool.Run("run", "a", "--model", "grain-1m").Error, StringComparison.Ordinal);
        Assert.Contains("holds a vocabulary and no weights", Tool.Run("run", "a", "--model", _files.WriteVocabulary("vocabulary.gguf")).Error,
            StringComparison.Ordinal);
        Assert.Equal($"OUT: there is no folder {Path.GetDirectoryName(nowhere)}. Make it first, or give another place.\n",
            Tool.Run("quantize", Tool.Small, nowhere, "Q8_0").Error);
        foreach (string[] command in (string[][])[["inspect", "missing.gguf"], ["quantize", "missing.gguf", "x.gguf", "Q8_0"]])
        {
            ToolRun run = Tool.Run(command);
            Assert.Equal(2, run.Code);
            Assert.DoesNotContain("--model", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_empty_prompt_begins_a_text_where_the_model_has_a_begin_token()
    {
        Assert.Equal(3, Tool.RunWithInput([], "run", "--model", Tool.Small, "--max-tokens", "3", "--json").Done().Last.GetProperty("completionTokens")
            .GetInt32());
        ToolRun without = Tool.RunWithInput([], "run", "--model", Tool.Small, "--no-bos");
        Assert.Equal(2, without.Code);
        Assert.Contains("prompt is empty", without.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_names_the_model_and_the_kernels()
    {
        JsonElement shape = Tool.RunWith([("SANDGLASS_MODEL", Tool.Small)], "inspect", "--json").Done().Last.GetProperty("shape");
        Assert.Equal(2, shape.GetProperty("layers").GetInt32());

        Assert.Equal("scalar", Tool.RunWith([("SANDGLASS_KERNELS", "scalar")], "run", "a", "--model", Tool.Small, "--max-tokens", "1", "--json").Done()
            .Last.GetProperty("kernels").GetString());
        ToolRun wrong = Tool.RunWith([("SANDGLASS_KERNELS", "1024")], "run", "a", "--model", Tool.Small);
        Assert.Equal(2, wrong.Code);
        Assert.Contains("SANDGLASS_KERNELS=1024", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_model_is_blamed_on_whoever_named_it()
    {
        Assert.Equal("No model file at missing.gguf. SANDGLASS_MODEL names it: set it to a GGUF file, or give one with --model. [file-missing]\n",
            Tool.RunWith([("SANDGLASS_MODEL", "missing.gguf")], "run", "a").Error);
        Assert.StartsWith("SANDGLASS_MODEL: No embedded model is called nope.", Tool.RunWith([("SANDGLASS_MODEL", "embedded:nope")], "inspect").Error,
            StringComparison.Ordinal);
        Assert.StartsWith("No model file at other.gguf.", Tool.RunWith([("SANDGLASS_MODEL", "missing.gguf")], "run", "a", "--model", "other.gguf").Error,
            StringComparison.Ordinal);
        Assert.Equal("No model file at lookpu. --draft: did you mean lookup? [file-missing]\n", Tool.Run("run", "a", "--draft", "lookpu", "--model", Tool.Small)
            .Error);
        Assert.Contains("or lookup.", Tool.Run("run", "a", "--draft", "missing.gguf", "--model", Tool.Small).Error, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void A_closed_standard_output_is_called_that()
    {
        using Process process = Tool.Start("sh", [], ["-c", $"{Tool.Path} run Once --model {Tool.Small} -n 2 >&-"]);
        Assert.Contains("Standard output is closed", Tool.Finish(process, []).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_printed_alone()
    {
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", Tool.Run("--version").Done().Text);
    }

    public void Dispose() => _files.Dispose();
}
