namespace Sandglass.Cli;

/// <summary>The keyboard: a line that can be edited, with those that were typed before on the arrow keys, and texts of several lines.</summary>
internal sealed class TypedTurns(Terminal terminal, Interruption interruption, IReadOnlyList<string> words) : ITurnInput
{
    private const string Quotes = "\"\"\"";

    private readonly LineEditor _editor = new(terminal, words);

    /// <summary>How to type.</summary>
    public static IEnumerable<string> Help =>
    [
        "Several lines: end a line with \\, or begin and end with \"\"\", or Alt-Enter.",
        "Arrows up and down: what was typed before. Tab: the rest of a /word.",
        "Ctrl-C ends an answer or empties the line. Ctrl-D ends the program, and so does Ctrl-C twice.",
    ];

    public async Task<string?> NextAsync(CancellationToken cancellation)
    {
        Typed typed = await ReadAsync(cancellation);
        if (typed.IsInterrupted)
        {
            // it may have been meant for an answer that ended a moment before, and a conversation is gone when the program ends
            terminal.Note("Ctrl-C once more, or Ctrl-D, ends the conversation.");
            typed = await ReadAsync(cancellation);
        }
        if (typed.IsInterrupted) interruption.Raise();
        return typed.Text is string text ? Meant(text) : null;
    }

    // a key cannot be waited for with a token: the wait has a thread of its own, for which the process does not wait
    private Task<Typed> ReadAsync(CancellationToken cancellation) =>
        Task.Factory.StartNew(() => _editor.Read(IsOpen), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .WaitAsync(cancellation);

    /// <summary>Whether a text goes on after a line break.</summary>
    internal static bool IsOpen(string text) =>
        text.StartsWith(Quotes, StringComparison.Ordinal)
            ? text.Length < 2 * Quotes.Length || !text.EndsWith(Quotes, StringComparison.Ordinal)
            : text.EndsWith('\\');

    /// <summary>The text without the signs that made several lines of it.</summary>
    internal static string Meant(string text)
    {
        if (text.StartsWith(Quotes, StringComparison.Ordinal) && !IsOpen(text)) return text[Quotes.Length..^Quotes.Length].Trim('\n');
        return text.Replace("\\\n", "\n", StringComparison.Ordinal);
    }
}
