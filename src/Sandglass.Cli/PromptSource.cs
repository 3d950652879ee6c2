using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace Sandglass.Cli;

/// <summary>Where a text comes from: the argument, <c>--prompt-file</c>, <c>--ids</c>, or standard input when it is a pipe. Nothing is trimmed.</summary>
internal sealed class PromptSource(string argumentName, string description)
{
    private readonly Argument<string?> _argument = new(argumentName) { Description = description, Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _file = new("--prompt-file", "-f") { Description = "Take the text from a file, as it is.", HelpName = "FILE" };
    private readonly Option<int[]?> _ids = NumberOption.Ids("--ids", "The text as token ids; nothing is added to them.");
    private readonly Option<bool> _noBos = new("--no-bos") { Description = "Add no begin token, also where the model wants one." };
    private readonly Option<bool> _noSpecial = new("--no-special") { Description = "Take control tokens that are spelled in the text for plain text." };

    /// <summary>Adds the argument and the options; <c>--ids</c> only where ids make sense.</summary>
    public void AddTo(Command command, bool withIds = true)
    {
        command.Add(_argument);
        command.Add(_file);
        if (withIds) command.Add(_ids);
        command.Add(_noBos);
        command.Add(_noSpecial);
        command.Validators.Add(RefuseTwoSources);
    }

    /// <summary>The text, or null where none was given and a person sits at the keyboard.</summary>
    public async Task<Prompt?> ReadAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        MistypedOption.Refuse(parsed, parsed.GetValue(_argument));
        bool addBos = !parsed.GetValue(_noBos), parseSpecial = !parsed.GetValue(_noSpecial);
        if (parsed.GetResult(_ids) is not null && parsed.GetValue(_ids) is int[] ids) return new Prompt([], ids, addBos, parseSpecial);
        if (parsed.GetValue(_file) is string file) return new Prompt(await File.ReadAllBytesAsync(file, cancellation), null, addBos, parseSpecial);
        if (parsed.GetValue(_argument) is string text) return new Prompt(Encoding.UTF8.GetBytes(text), null, addBos, parseSpecial);
        return terminal.InputIsPiped ? new Prompt(await Terminal.ReadInputAsync(cancellation), null, addBos, parseSpecial) : null;
    }

    private void RefuseTwoSources(CommandResult result)
    {
        string[] given = [.. new[] { _argument.Name, _file.Name, _ids.Name }.Where(name => IsGiven(result, name))];
        if (given.Length > 1) result.AddError($"Expected one source of the text, found {string.Join(" and ", given)}. Leave out all but one.");
    }

    private static bool IsGiven(CommandResult result, string name) =>
        result.Children.Any(child => child.Tokens.Count > 0 && (child is ArgumentResult argument ? argument.Argument.Name == name : child is OptionResult option && option.Option.Name == name));
}
