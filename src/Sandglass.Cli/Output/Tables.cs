using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

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
            Out = new StandardOutput(terminal),
        });
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    /// <summary>Writes a table; where the terminal is too narrow for its numbers, each row as lines of name and value.</summary>
    public static void Write(IAnsiConsole console, Table table)
    {
        RenderOptions options = RenderOptions.Create(console, console.Profile.Capabilities);
        string[] names = [.. table.Columns.Select(column => Plain(column.Header, options))];
        string[][] rows = [.. table.Rows.Select(row => row.Select(cell => Plain(cell, options)).ToArray())];
        int least = table.Columns.Select((column, i) => Least(column, rows.Select(row => row[i]).Append(names[i]))).Sum();
        if (least <= console.Profile.Width)
        {
            console.Write(table);
            return;
        }
        foreach (string[] cells in rows)
        {
            for (int i = 0; i < cells.Length; i++)
                if (cells[i].Length > 0) console.WriteLine(i == 0 ? $"{names[i]}: {cells[i]}" : $"  {names[i]}: {cells[i]}");
        }
        console.WriteLine();
    }

    /// <summary>Columns of the terminal that one of the table's takes at least: a number is never broken, a text between words.</summary>
    private static int Least(TableColumn column, IEnumerable<string> cells) =>
        (column.NoWrap ? cells : cells.SelectMany(cell => cell.Split(' '))).Max(part => part.Length)
        + (column.Padding?.Left ?? 1) + (column.Padding?.Right ?? 1);

    private static string Plain(IRenderable cell, RenderOptions options) =>
        string.Concat(cell.Render(options, PipeWidth).Select(segment => segment.Text)).Trim();

    /// <summary>Standard output without .NET's console, which would set up the terminal.</summary>
    private sealed class StandardOutput(Terminal terminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer { get; } = terminal.OutputIsTerminal ? terminal.Output : new TrimmedLines(terminal.Output);

        public bool IsTerminal => terminal.OutputIsTerminal;

        public int Width => terminal.OutputIsTerminal ? Terminal.Width : PipeWidth;

        public int Height => int.MaxValue;

        public void SetEncoding(Encoding encoding) { }
    }

    /// <summary>A column whose name begins with # holds numbers and is right-aligned.</summary>
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
