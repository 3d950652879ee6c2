using Spectre.Console;

namespace Sandglass.Cli;

/// <summary>Tables on standard output, for people.</summary>
internal static class Tables
{
    private const int PipeWidth = 10_000;       // programs read it: nothing is wrapped

    /// <summary>What draws them.</summary>
    public static IAnsiConsole Console(Terminal terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.HasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.OutputIsTerminal ? terminal.Output : new TrimmedLines(terminal.Output)),
        });
        console.Profile.Capabilities.Unicode = true;
        if (!terminal.OutputIsTerminal) console.Profile.Width = PipeWidth;
        return console;
    }

    /// <summary>A column whose name begins with # holds numbers and is set to the right.</summary>
    public static Table New(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            TableColumn made = new(new Text(column.TrimStart('#'), new Style(foreground: Color.Grey)));
            table.AddColumn(column[0] == '#' ? made.RightAligned().NoWrap() : made);
        }
        return table;
    }
}
