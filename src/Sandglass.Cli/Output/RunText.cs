using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary><c>run</c> for people and pipes: a pipe gets the completion alone, a terminal the prompt before it, and standard error a line of figures. In colours, what an earlier sample had too is as dim as the prompt.</summary>
internal sealed class RunText(Terminal terminal, string prompt) : IRunOutput
{
    private const int LongestPrompt = 400;
    private bool _begun;
    private bool _lineIsOpen;

    public void Token(GeneratedToken token, bool isShared)
    {
        Begin();
        Show(token.Text, isDim: isShared && terminal.HasColour);
    }

    public void End(GenerationResult result)
    {
        Begin();
        if (_lineIsOpen)            // both streams may go to the same place
            (terminal.OutputIsTerminal ? terminal.Output : terminal.Error).WriteLine();
        foreach (string line in BeamLines.Of(result)) terminal.Note(line);
        terminal.Note(Figures.Of(result));
    }

    // The prompt waits for the first token, so that the progress of a long one has the line to itself.
    private void Begin()
    {
        if (_begun) return;
        _begun = true;
        if (!terminal.OutputIsTerminal) return;
        string shown = Terminal.Harmless(prompt.Length <= LongestPrompt ? prompt : $"… {prompt[^(LongestPrompt / 2)..]}");   // of a long one, what the text follows on
        terminal.Output.Write(terminal.HasColour && shown.Length > 0 ? $"\e[2m{shown}\e[0m" : shown);
        _lineIsOpen = shown.Length > 0;
    }

    private void Show(string text, bool isDim)
    {
        if (text.Length == 0) return;
        string shown = terminal.OutputIsTerminal ? Terminal.Harmless(text) : text;
        terminal.Output.Write(isDim ? $"\e[2m{shown}\e[0m" : shown);
        _lineIsOpen = text[^1] != '\n';
    }
}
