using System.Text;

namespace Sandglass.Cli;

/// <summary>Passes lines on without the blanks at their ends.</summary>
internal sealed class TrimmedLines(TextWriter output) : TextWriter
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        if (value == '\n')
        {
            output.Write($"{_line.ToString().TrimEnd()}\n");
            _line.Clear();
        }
        else
        {
            _line.Append(value);
        }
    }
}
