using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;

namespace Sandglass.Cli;

/// <summary>What <c>--help</c> prints: usage, arguments, options, and a few lines to try.</summary>
internal sealed class Help(Terminal terminal) : SynchronousCommandLineAction
{
    private const int PipeWidth = 110;
    private const int MostWidth = 130;
    private const int MostNames = 34;
    private readonly StringBuilder _text = new();
    private int _width;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parsed)
    {
        _text.Clear();
        _width = Math.Min(terminal.OutputIsTerminal ? Terminal.Width : PipeWidth, MostWidth);
        Command command = parsed.CommandResult.Command;
        bool hasCommands = command.Subcommands.Count > 0;
        Wrapped(command.Description, column: 0);
        _text.Append("\nUsage: ").Append(Path(command));
        if (hasCommands) _text.Append(" COMMAND");
        foreach (Argument argument in command.Arguments) _text.Append(argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}");
        foreach (Option option in command.Options.Where(option => option.Required)) _text.Append($" {option.Name} {option.HelpName}");
        _text.Append(" [options]\n");

        Section("Commands", command.Subcommands.Select(sub => (sub.Name, sub.Description)));
        Section("Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description)));
        IEnumerable<Option> ofAll = parsed.RootCommandResult.Command.Options.Where(option => option.Name is SandglassCommand.Quiet or "--help");
        Options([.. command.Options.Concat(ofAll).Distinct()], OptionGroups.For(Path(command)));
        _text.Append("\nExamples:\n");
        foreach (string example in Examples.For(command.Name, command.Parents.FirstOrDefault()?.Name)) _text.Append($"  {example}\n");
        if (hasCommands) _text.Append($"\n{Path(command)} COMMAND --help tells more.\n");
        terminal.Output.Write(_text.ToString());
        return ExitCode.Done;
    }

    private void Options(Option[] options, IReadOnlyList<(string Title, string[] Names)> groups)
    {
        if (options.Length < OptionGroups.Many)
        {
            Section(OptionGroups.Rest, options.Select(Line));
            return;
        }
        foreach ((string title, string[] names) in groups)
            Section(title, names.Select(name => options.FirstOrDefault(option => option.Name == name)).OfType<Option>().Select(Line));
        Section(OptionGroups.Rest, options.Where(option => !groups.Any(group => group.Names.Contains(option.Name))).Select(Line));
    }

    private static (string Name, string? Description) Line(Option option) => (Spelled(option), option.Description);

    /// <summary>The words that lead to a command, the tool's own name first.</summary>
    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is Command parent ? $"{Path(parent)} {command.Name}" : command.Name;

    private static string Spelled(Option option)
    {
        string names = string.Join(", ", option.Aliases.Append(option.Name).Where(name => name.StartsWith('-')).OrderBy(name => name.Length));
        string indented = names.StartsWith("--", StringComparison.Ordinal) ? "    " + names : names;
        return option.HelpName is null ? indented : $"{indented} {option.HelpName}";
    }

    /// <summary>Lines in two columns; a name that is too long for the first has a line of its own.</summary>
    private void Section(string title, IEnumerable<(string Name, string? Description)> lines)
    {
        (string Name, string? Description)[] all = [.. lines];
        if (all.Length == 0) return;
        _text.Append($"\n{title}:\n");
        int column = Math.Min(all.Max(line => line.Name.Length) + 4, MostNames);
        foreach ((string name, string? description) in all)
        {
            _text.Append("  ").Append(name);
            if (name.Length + 4 > column) _text.Append('\n').Append(' ', column);
            else _text.Append(' ', column - 2 - name.Length);
            Wrapped(description, column);
        }
    }

    /// <summary>Words up to the end of the line, the next lines from the same column on.</summary>
    private void Wrapped(string? text, int column)
    {
        int at = column;
        foreach (string word in (text ?? "").Split(' '))
        {
            if (at + word.Length > _width && at > column)
            {
                _text.Length--;     // the space after the last word
                _text.Append('\n').Append(' ', column);
                at = column;
            }
            _text.Append(word).Append(' ');
            at += word.Length + 1;
        }
        _text[^1] = '\n';
    }
}
