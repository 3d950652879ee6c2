using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace Sandglass.Cli;

/// <summary>
/// Where a text comes from: the argument, <c>--prompt-file</c>, <c>--ids</c>, or standard input when it is a pipe or <c>-</c> asks for it. Nothing is
/// trimmed.
/// </summary>
internal sealed class PromptSource(string argumentName, string description)
{
    /// <summary>How all tales of our own model begin: the text of whoever only wants to look.</summary>
    public const string Beginning = "Once upon a time";

    private readonly Argument<string?> _argument = new(argumentName) { Description = description, Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _file =
        new("--prompt-file", "-f") { Description = "Take the text from a file, as it is; - is standard input.", HelpName = "FILE" };
    private readonly Option<int[]?> _ids = NumberOption.TextIds("--ids", "The text as token ids; nothing is added to them.");
    private readonly Option<bool> _noBos = new("--no-bos") { Description = "Add no begin token, also where the model wants one." };
    private readonly Option<bool> _noSpecial = new("--no-special") { Description = "Take control tokens that are spelled in the text for plain text." };

    /// <summary>Adds the argument and the options; <c>--ids</c> only where ids make sense.</summary>
    /// <param name="instead">An option that stands for the whole text where it is given.</param>
    public void AddTo(Command command, bool withIds = true, Option? instead = null)
    {
        command.Add(_argument);
        command.Add(_file);
        if (withIds) command.Add(_ids);
        command.Add(_noBos);
        command.Add(_noSpecial);
        command.Validators.Add(result => RefuseTwoSources(result, instead));
    }

    /// <summary>The argument of a command that is a text; null where it has none.</summary>
    public static Argument? TextOf(Command command) => command.Arguments.FirstOrDefault(argument => argument.Name is "PROMPT" or "TEXT");

    /// <summary>The text, or null where none was given and a person sits at the keyboard.</summary>
    public Task<Prompt?> ReadAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation) =>
        ReadAsync(parsed, terminal, terminal.InputIsPiped, cancellation);

    private async Task<Prompt?> ReadAsync(ParseResult parsed, Terminal terminal, bool fromInput, CancellationToken cancellation)
    {
        MistypedOption.Refuse(parsed, parsed.GetValue(_argument));
        bool addBos = AddsBos(parsed), parseSpecial = ParsesSpecial(parsed);
        if (parsed.GetResult(_ids) is not null && parsed.GetValue(_ids) is int[] ids)
            return ids.Length > 0
                ? new Prompt([], ids, addBos, parseSpecial)
                : throw new WrongInputException("--ids: expected token ids with commas between them, found none.");
        if (parsed.GetValue(_file) is string file)
        {
            byte[] bytes = file == TextFile.StandardInput
                ? await Terminal.ReadInputAsync(cancellation)
                : await TextFile.ReadAsync(_file.Name, file, cancellation);
            return new Prompt(bytes, null, addBos, parseSpecial);
        }
        if (parsed.GetValue(_argument) is string text)
        {
            fromInput = text == TextFile.StandardInput && !parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash);
            if (!fromInput) CommandLineWord.RefuseText(_argument.Name, text);
            if (!fromInput) return new Prompt(Encoding.UTF8.GetBytes(text), null, addBos, parseSpecial);
        }
        return fromInput ? new Prompt(await Terminal.ReadInputAsync(cancellation), null, addBos, parseSpecial, IsPiped: true) : null;
    }

    /// <summary>The text, or <see cref="Beginning"/> where none was given and standard input is a terminal, closed, or empty.</summary>
    public async Task<Prompt> ReadOrBeginAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation) =>
        await ReadOrNoneAsync(parsed, terminal, cancellation) ?? Begin(parsed);

    /// <summary>The text, or null where none was given and standard input is a terminal, closed, or empty.</summary>
    public async Task<Prompt?> ReadOrNoneAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        Prompt? given = await ReadAsync(parsed, terminal, terminal is { InputIsPiped: true, InputIsReadable: true }, cancellation);
        return given is { IsPiped: true, Utf8.Length: 0 } ? null : given;
    }

    /// <summary><see cref="Beginning"/>, in place of a text that was not given.</summary>
    public Prompt Begin(ParseResult parsed) => new(Encoding.UTF8.GetBytes(Beginning), null, AddsBos(parsed), ParsesSpecial(parsed));

    private bool AddsBos(ParseResult parsed) => !parsed.GetValue(_noBos);

    private bool ParsesSpecial(ParseResult parsed) => !parsed.GetValue(_noSpecial);

    private void RefuseTwoSources(CommandResult result, Option? instead)
    {
        string[] given = [.. new[] { _argument.Name, _file.Name, _ids.Name, instead?.Name ?? "" }.Where(name => IsGiven(result, name))];
        if (given.Length > 1) result.AddError($"Expected one source of the text, found {string.Join(" and ", given)}. Leave out all but one.");
    }

    private static bool IsGiven(CommandResult result, string name) =>
        result.Children.Any(child =>
            child.Tokens.Count > 0
                && (child is ArgumentResult argument ? argument.Argument.Name == name : child is OptionResult option && option.Option.Name == name));
}
