using System.CommandLine;
using System.CommandLine.Help;

namespace Sandglass.Cli;

/// <summary>The command line: one command a verb.</summary>
internal static class SandglassCommand
{
    /// <summary>The switch of all commands that leaves standard error to errors.</summary>
    public const string Quiet = "--quiet";

    /// <summary>A text may begin with @, or be any letters after a dash: neither means anything here.</summary>
    public static ParserConfiguration Parsing { get; } = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>The command line, parsed. <c>help COMMAND</c> is <c>COMMAND --help</c>, and a first word in brackets means nothing to the parser.</summary>
    public static ParseResult Parse(Terminal terminal, string[] args, Interruption? interruption = null)
    {
        Command root = Create(terminal, interruption);
        return root.Parse(args switch
        {
            ["help"] => ["--help"],
            ["help", string name, .. string[] rest] => root.Subcommands.Any(command => command.Name == name) ? [name, .. rest, "--help"] : [name],
            [['[', ..], ..] => ["--", .. args],
            _ => MissingValue.Spelled(args, root),
        }, Parsing);
    }

    /// <summary>All commands.</summary>
    public static Command Create(Terminal terminal, Interruption? interruption = null)
    {
        Help help = new(terminal);
        // not a RootCommand: that one is named after the assembly
        Command root = new("sandglass", "Sandglass runs language models (GGUF files) on the CPU: one token at a time, the same bits every time.")
        {
            new RunCommand(terminal).Create(),
            new ChatCommand(terminal, interruption ?? new Interruption()).Create(),
            new ScoreCommand(terminal).Create(),
            new InspectCommand(terminal).Create(),
            new TokenizeCommand(terminal).Create(),
            new ApplyTemplateCommand(terminal).Create(),
            new PerplexityCommand(terminal).Create(),
            new QuantizeCommand(terminal).Create(),
            new BenchCommand(terminal).Create(),
            LabCommand.Create(terminal),
            PlanCommand.Create(terminal),
            new ServeCommand(terminal).Create(),
            new PageCommand(terminal).Create(),
            new KeyCommand(terminal).Create(),
            new Option<bool>(Quiet, "-q") { Description = "Nothing on standard error but errors: no figures, hints or progress.", Recursive = true },
            new HelpOption("--help", "-h", "-?") { Action = help, Description = "Show this." },
            new VersionOption { Description = "Show the version." },
        };
        MissingValue.RefuseIn(root);
        root.SetAction(help.Invoke);
        foreach (Command group in root.Subcommands.Where(command => command is { Subcommands.Count: > 0, Action: null })) group.SetAction(help.Invoke);
        return root;
    }
}
