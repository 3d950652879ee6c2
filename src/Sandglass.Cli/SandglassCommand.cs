using System.CommandLine;
using System.CommandLine.Help;

namespace Sandglass.Cli;

/// <summary>The command line: one command a verb.</summary>
internal static class SandglassCommand
{
    /// <summary>A text may begin with @ or be any bundle of letters behind a dash: neither means anything.</summary>
    public static ParserConfiguration Parsing { get; } = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>All commands.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        RootCommand root = new("Sandglass runs language models (GGUF) on the CPU, one token at a time, the same bits every time.")
        {
            new RunCommand(terminal).Create(),
            new ScoreCommand(terminal).Create(),
            new TokenizeCommand(terminal).Create(),
            new PerplexityCommand(terminal).Create(),
            new QuantizeCommand(terminal).Create(),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        root.SetAction(parsed => ((HelpAction)help.Action!).Invoke(parsed));
        return root;
    }
}
