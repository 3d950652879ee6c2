using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sandglass.Cli.Tests;

/// <summary>Command lines that make no sense: the message names the option and what was expected, and the code is 2.</summary>
public class ErrorMessageTests
{
    [Theory]
    [InlineData("--temperature: expected a number from 0 to 1e9, found \"0,5\".", "run", "a", "--temperature", "0,5")]
    [InlineData("--temperature: expected a number from 0 to 1e9, found \"NaN\".", "run", "a", "--temperature", "NaN")]
    [InlineData("--top-p: expected a number above 0, at most 1, found \"0\". 1 keeps all.", "run", "a", "--top-p", "0")]
    [InlineData("found \"-1\". 0 keeps all.", "run", "a", "--top-k", "-1")]
    [InlineData("found \"-1\". Leave it out: until the model ends the text or the context is full.", "run", "a", "-n", "-1")]
    [InlineData("found \"-1\". Leave it out: a random one, which is reported.", "run", "a", "--seed", "-1")]
    [InlineData("--eos-ids: expected 1,2,3 after it, found nothing.", "run", "a", "--eos-ids", "")]
    [InlineData("Did you mean --max-tokens?", "run", "a", "--n-predict", "5")]
    [InlineData("Did you mean --max-tokens?", "run", "a", "--max_new_tokens", "5")]
    [InlineData("Did you mean --context?", "run", "a", "--ctx-size", "5")]
    [InlineData("Did you mean --penalty-window?", "run", "a", "--repeat-last-n", "5")]
    [InlineData("Did you mean --prompt-file?", "run", "a", "--file", "x")]
    [InlineData("Did you mean --temp?", "run", "a", "-temp", "1")]
    [InlineData("sandglass run -- \"-zzzz …\"", "run", "a", "-zzzz")]
    [InlineData("Did you mean sandglass run?", "rn")]
    [InlineData("Did you mean sandglass lab fork?", "lab", "frk")]
    [InlineData("A text follows one: sandglass run \"Once\".", "Once")]
    [InlineData("--min-p: expected a number from 0 to 1, found \"2\".", "run", "a", "--min-p", "2")]
    [InlineData("--top-k: expected a whole number from 0", "run", "a", "--top-k", "-1")]
    [InlineData("--max-tokens: expected a whole number from 0, found \"many\".", "run", "a", "--max-tokens", "many")]
    [InlineData("--max-tokens: expected a whole number from 0 to 2147483647, found", "run", "a", "--max-tokens", "99999999999")]
    [InlineData("--seed: expected a whole number from 0 to 18446744073709551615,", "run", "a", "--seed", "18446744073709551616")]
    [InlineData("--stop: expected TEXT after it, found nothing.", "run", "a", "--stop", "")]
    [InlineData("--ids: expected token ids with commas between them, found \"1,b\".", "run", "--ids", "1,b")]
    [InlineData("--threads: expected a whole number from 1 to 1024", "run", "a", "--threads", "0")]
    [InlineData("--compute: expected fast, fine or exact, found \"slow\".", "run", "a", "--compute", "slow")]
    [InlineData("--cache-type: expected f16, f32, q8 or q4, found \"q5\".", "run", "a", "--cache-type", "q5")]
    [InlineData("PROMPT and --ids", "run", "a", "--ids", "1")]
    [InlineData("There is no option --tempratur here. Did you mean --temperature?", "run", "--tempratur", "0.5", "a")]
    [InlineData("Did you mean --max-tokens?", "run", "a", "--max-token=5")]
    [InlineData("There is no option --zzz here; sandglass run --help lists them.", "run", "a", "--zzz")]
    [InlineData("the prompt is an argument: sandglass run \"The wolf said\"", "run", "-p", "The wolf said")]
    [InlineData("--max-tokens is given 2 times; expected it once.", "run", "a", "-n", "3", "-n", "4")]
    [InlineData("--file: expected FILE after it", "perplexity", "--file")]
    [InlineData("TEXT and --decode", "tokenize", "--decode", "5", "text")]
    [InlineData("--prompt-file and --decode", "tokenize", "--decode", "5", "--prompt-file", "-")]
    [InlineData("found FILE and --model", "inspect", "a", "--model", "b")]
    [InlineData("expected --loop-ngram N with it", "run", "a", "--loop-repeats", "3")]
    [InlineData("There is no command [run]", "[run]", "a")]
    [InlineData("There is no command nothing", "help", "nothing")]
    [InlineData("--max-tokens: expected N after it, found nothing.", "run", "a", "-n=")]
    [InlineData("--logit-bias: expected ID=X after it, found nothing.", "run", "a", "--logit-bias")]
    [InlineData("--prompt-file: expected FILE after it, found nothing.", "run", "a", "--prompt-file=", "-n", "3")]
    [InlineData("Found more than was expected: b. Expected sandglass inspect [FILE] [options].", "inspect", "a", "b")]
    [InlineData("A file is given with an option: sandglass chat --model a.gguf.", "chat", "a.gguf")]
    [InlineData("A file is given with an option: sandglass serve --model embedded:grain-1m.", "serve", "embedded:grain-1m")]
    [InlineData("A file is given with an option: sandglass run --model a.GGUF.", "run", "a.GGUF", "Once")]
    [InlineData("A file is given with an option: sandglass apply-template --model grain-1m.", "apply-template", "grain-1m")]
    [InlineData("A file is given with an option: sandglass apply-template --template a.jinja.", "apply-template", "a.jinja")]
    [InlineData("A file is given with an option: sandglass apply-template --messages talk.json.", "apply-template", "--model", "grain-1m", "talk.json")]
    [InlineData("Expected sandglass chat [options].", "chat", "--model", "a.gguf", "b.gguf")]
    [InlineData("upon a time", "run", "Once", "upon", "a", "time")]
    [InlineData("There is no command Once", "Once")]
    [InlineData("There is no command forks. Expected cache, fork,", "lab", "forks")]
    [InlineData("See sandglass lab --help.", "lab", "forks")]
    [InlineData("There is no option --brances here. Did you mean --branches? sandglass lab fork --help lists all.", "lab", "fork", "--brances", "3")]
    [InlineData("--context: expected a whole number from 4", "perplexity", "--file", "x", "--context", "3")]
    [InlineData("TYPE: expected Q8_0, Q4_0, Q4_1, F16, BF16 or F32, found \"Q9\".", "quantize", "a", "b", "Q9")]
    [InlineData("expected sandglass quantize IN OUT TYPE", "quantize", "a")]
    public void A_wrong_value_is_named(string expected, params string[] arguments)
    {
        ParseResult parsed = SandglassCommand.Parse(new Terminal(), arguments);

        Assert.NotEmpty(parsed.Errors);
        ErrorMessage message = ErrorMessage.Of(parsed);
        Assert.Contains(expected, message.Text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongInput, message.Code);
    }

    [Fact]
    public void Every_option_of_every_command_says_that_nothing_stands_behind_it()
    {
        foreach (Command command in Commands(SandglassCommand.Create(new Terminal())))
        {
            string[] path = [.. Help.Path(command).Split(' ').Skip(1)];
            foreach (Option option in command.Options)
            {
                foreach (string name in option.Aliases.Append(option.Name).Where(name => name.StartsWith('-')))
                {
                    if (option.HelpName is null)
                    {
                        ErrorMessage maybe = ErrorMessage.Of(Assert.Throws<WrongInputException>(() =>
                            SandglassCommand.Parse(new Terminal(), [.. path, $"{name}=maybe"])));
                        Assert.Equal(($"{option.Name} is a switch: expected it alone, found {name}=maybe.", ExitCode.WrongInput), (maybe.Text, maybe.Code));
                        continue;
                    }
                    foreach (string[] words in (string[][])[[$"{name}="], [name, ""], [name], [$"{name}:", "--quiet"]])
                    {
                        ParseResult parsed = SandglassCommand.Parse(new Terminal(), [.. path, .. words]);
                        if (MayBeEmpty.Contains(option.Name) && parsed.Errors.Count == 0) continue;
                        ErrorMessage message = ErrorMessage.Of(parsed);
                        Assert.Matches($@"(^|\n){Regex.Escape(option.Name)}: expected .*found nothing\.", message.Text);
                        Assert.Equal(ExitCode.WrongInput, message.Code);
                    }
                }
            }
        }
    }

    /// <summary>An empty list of ids is a list; the commands refuse it with words of their own.</summary>
    private static readonly string[] MayBeEmpty = ["--ids", "--decode"];

    private static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(Commands).Prepend(command);

    [Theory]
    [InlineData("--model: expected FILE after it, found the option -n.", "run", "Hi", "-m", "-n", "2")]
    [InlineData("--stop=--json", "run", "Hi", "--stop", "--json")]
    [InlineData("--at: expected N after it, found the option --json.", "lab", "fork", "--at", "--json")]
    public void An_option_in_the_place_of_a_value_is_a_value_that_is_missing(string expected, params string[] arguments) =>
        Assert.Contains(expected, Assert.Throws<WrongInputException>(() => SandglassCommand.Parse(new Terminal(), arguments)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_foreign_name_is_answered_with_an_option_that_there_is()
    {
        Command root = SandglassCommand.Create(new Terminal());
        HashSet<string> options = [.. Commands(root).SelectMany(command => command.Options).Select(option => option.Name)];
        HashSet<string> run = [.. root.Subcommands.First(command => command.Name == "run").Options.SelectMany(option => option.Aliases.Append(option.Name))];

        Assert.All(MistypedOption.Foreign, pair => Assert.Contains(pair.Ours, options));
        Assert.All(MistypedOption.Foreign, pair => Assert.DoesNotContain(pair.Theirs, run));
    }

    [Fact]
    public void A_person_gets_the_code_behind_the_message_and_a_script_an_object()
    {
        ToolRun said = Tool.Run("run", "a", "--model", "missing.gguf"), written = Tool.Run("run", "a", "--model", "missing.gguf", "--json"),
            typed = Tool.Run("run", "a", "--top-k", "x", "--json");

        Assert.EndsWith("that ships inside. [file-missing]\n", said.Error, StringComparison.Ordinal);
        JsonElement error = JsonDocument.Parse(written.Error).RootElement.GetProperty("error");
        Assert.Equal(("file-missing", said.Error.Replace(" [file-missing]\n", "", StringComparison.Ordinal)),
            (error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal("command-line", JsonDocument.Parse(typed.Error).RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.All([said, written, typed], run => Assert.Equal((2, ""), (run.Code, run.Text)));
    }

    [Fact]
    public void Quiet_leaves_standard_error_to_errors()
    {
        Assert.Equal("", Tool.Run("run", "Once", "--model", Tool.Small, "-n", "3", "--quiet", "--hash-logits").Done().Error);
        Assert.Equal("", Tool.Run("lab", "fork", "-q", "Once", "--model", Tool.Small, "-n", "3").Done().Error);
        Assert.NotEqual("", Tool.Run("run", "Once", "--model", "missing.gguf", "--quiet").Error);
    }

    [Theory]
    [InlineData("run", "@file")]
    [InlineData("run", "-5 degrees")]
    [InlineData("run", "-")]
    [InlineData("run", "[run]")]
    [InlineData("run", "help")]
    [InlineData("help", "run")]
    [InlineData("run", "--", "--json")]
    [InlineData("run", "a", "-n", "3", "-s", "1", "-m", "x.gguf", "-t", "2", "-c", "9")]
    [InlineData("run", "a", "--seed", "18446744073709551615", "--stop", "x", "--stop", "y")]
    [InlineData("tokenize", "--decode", "")]
    public void Unusual_command_lines_are_understood(params string[] arguments)
    {
        Assert.Empty(SandglassCommand.Parse(new Terminal(), arguments).Errors);
    }

    [Fact]
    public void An_option_that_does_not_exist_is_no_prompt_and_nothing_is_printed()
    {
        ToolRun run = Tool.Run("run", "--jsn");

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains("There is no option --jsn", run.Error, StringComparison.Ordinal);
    }
}
