using System.Text;

namespace Sandglass.Cli;

/// <summary>Passes lines on without the blanks at their ends, and without empty ones before the first.</summary>
internal sealed class TrimmedLines(TextWriter output) : TextWriter
{
    private readonly StringBuilder _line = new();
    private bool _begun;

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        if (value == '\n')
        {
            string line = _line.ToString().TrimEnd();
            _line.Clear();
            if (!_begun && line.Length == 0) return;
            _begun = true;
            output.Write($"{line}\n");
        }
        else
        {
            _line.Append(value);
        }
    }
}
