using System.Globalization;
using System.Text;

namespace Sandglass.Cli;

/// <summary>The rows of a terminal that show a text while it is typed: written anew at each key, and no more of them than the terminal has.</summary>
internal sealed class TypedRows(Terminal terminal)
{
    private const string Prompt = "> ", Further = "  ";

    private readonly TextWriter _screen = terminal.OutputIsTerminal ? terminal.Output : terminal.Error;
    private readonly bool _hasColour = terminal.OutputIsTerminal ? terminal.HasColour : terminal.ErrorHasColour;
    private int _cursorRow;         // of those on the screen, from 0

    /// <summary>A text begins, on a row of its own below an empty one.</summary>
    public void Begin()
    {
        _screen.Write("\r\n");
        _cursorRow = 0;
    }

    /// <summary>Shows the text and puts the cursor where it belongs.</summary>
    public void Show(EditedText edited)
    {
        (List<string> rows, int cursorRow, int cursorColumn) = Laid(edited.Text, edited.Cursor, Terminal.Width - 1);
        int most = Math.Max(1, Console.WindowHeight - 1), first = Math.Max(0, cursorRow - most + 1), count = Math.Min(most, rows.Count - first);

        StringBuilder shown = new();
        if (_cursorRow > 0) shown.Append(CultureInfo.InvariantCulture, $"\e[{_cursorRow}A");
        shown.Append("\r\e[J");
        for (int i = 0; i < count; i++)
        {
            if (i > 0) shown.Append("\r\n");
            string row = rows[first + i];
            if (_hasColour && first + i == 0) shown.Append("\e[1m").Append(Prompt).Append("\e[0m").Append(row, Prompt.Length, row.Length - Prompt.Length);
            else shown.Append(row);
        }
        int up = count - 1 - (cursorRow - first);
        if (up > 0) shown.Append(CultureInfo.InvariantCulture, $"\e[{up}A");
        shown.Append('\r');
        if (cursorColumn > 0) shown.Append(CultureInfo.InvariantCulture, $"\e[{cursorColumn}C");
        _screen.Write(shown.ToString());
        _cursorRow = cursorRow - first;
    }

    /// <summary>The text stays, and what follows begins below it.</summary>
    public void End(EditedText edited)
    {
        edited.Set(edited.Text);
        Show(edited);
        _screen.Write("\r\n");
    }

    public void ClearScreen()
    {
        _screen.Write("\e[H\e[2J");
        _cursorRow = 0;
    }

    /// <summary>The text in rows of a width, each with what stands before it, and the place of an index of it.</summary>
    internal static (List<string> Rows, int Row, int Column) Laid(string text, int cursor, int width)
    {
        List<string> rows = [];
        StringBuilder row = new(Prompt);
        int column = Prompt.Length, cursorRow = 0, cursorColumn = column;
        for (int at = 0; ;)
        {
            if (at == cursor) (cursorRow, cursorColumn) = (rows.Count, column);
            if (at == text.Length) break;
            int length = StringInfo.GetNextTextElementLength(text, at);
            string element = text[at] == '\t' ? "    " : Terminal.Harmless(text.Substring(at, length));
            bool isBreak = element is "\n" or "\r\n";
            int columns = isBreak ? 0 : WordWrap.Columns(element);
            if (isBreak || column + columns > width)
            {
                rows.Add(row.ToString());
                row.Clear().Append(Further);
                column = Further.Length;
            }
            if (!isBreak) row.Append(element);
            if (!isBreak && at == cursor) (cursorRow, cursorColumn) = (rows.Count, column);     // it went on to the next row
            column += columns;
            at += length;
        }
        rows.Add(row.ToString());
        return (rows, cursorRow, cursorColumn);
    }
}
