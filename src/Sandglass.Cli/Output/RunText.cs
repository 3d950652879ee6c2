using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>
/// <c>run</c> for people and pipes: a pipe gets the completion alone, a terminal the prompt before it, and standard error a line of figures. In colours, what
/// an earlier sample had too is as dim as the prompt.
/// </summary>
internal sealed class RunText(Terminal terminal, string prompt) : IRunOutput
{
    private const int LongestPrompt = 400;
    private const string Dim = "\e[2m";

    private bool _begun;
    private readonly WordWrap _wrap = new(() => Terminal.Width);
    private bool _lineIsOpen;

    public void Token(GeneratedToken token, bool isShared)
    {
        Begin();
        Show(token.Text, isDim: isShared && terminal.HasColour);
    }

    public void End(GenerationResult result)
    {
        Begin();
        if (terminal.OutputIsTerminal) terminal.Output.Write(_wrap.End());
        if (_lineIsOpen) terminal.EndLine();
        foreach (string line in BeamLines.Of(result)) terminal.Note(line);
        terminal.Note(Figures.Of(result));
    }

    // The prompt waits for the first token, so that the progress of a long one has the line to itself.
    private void Begin()
    {
        if (_begun) return;
        _begun = true;
        if (!terminal.OutputIsTerminal) return;
        // of a long one, what the text follows on
        string shown = Terminal.Harmless(prompt.Length <= LongestPrompt ? prompt : $"… {prompt[^(LongestPrompt / 2)..]}");
        terminal.Output.Write(_wrap.Add(shown, terminal.HasColour ? Dim : ""));
        _lineIsOpen = shown.Length > 0;
    }

    private void Show(string text, bool isDim)
    {
        if (text.Length == 0) return;
        terminal.Output.Write(terminal.OutputIsTerminal ? _wrap.Add(Terminal.Harmless(text), isDim ? Dim : "") : text);
        _lineIsOpen = text[^1] != '\n';
    }
}
