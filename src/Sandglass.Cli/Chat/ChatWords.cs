namespace Sandglass.Cli;

/// <summary>A word with a slash.</summary>
/// <param name="Name">Without the slash.</param>
/// <param name="Argument">What follows it, for the help; empty for nothing, in brackets where it may be left out.</param>
/// <param name="Does">For the help.</param>
/// <param name="Do">Does it, with what followed.</param>
internal sealed record ChatWord(string Name, string Argument, string Does, Func<string, CancellationToken, Task> Do);

/// <summary>What can be said to the program instead of the model: a line that begins with a slash.</summary>
internal sealed class ChatWords(IReadOnlyList<ChatWord> words)
{
    private const char Slash = '/';

    /// <summary>All of them, with the slash.</summary>
    public IReadOnlyList<string> Names { get; } = [.. words.Select(word => Slash + word.Name)];

    /// <summary>A line for each.</summary>
    public IEnumerable<string> Help => words.Select(word => $"{$"{Slash}{word.Name} {word.Argument}".TrimEnd(),-16} {word.Does}");

    /// <summary>Whether a line is for the model, and what is said then: two slashes are one.</summary>
    public static bool IsText(string line, out string text)
    {
        text = line is [Slash, Slash, ..] ? line[1..] : line;
        return line is not [Slash, ..] || line.Length > text.Length;
    }

    /// <summary>Does what a line asks for.</summary>
    /// <exception cref="WrongInputException">There is no such word, or what should follow it is missing or too much.</exception>
    public Task DoAsync(string line, CancellationToken cancellation)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t', '\n');
        string name = end < 0 ? line[1..] : line[1..end], argument = end < 0 ? "" : line[end..].Trim();
        ChatWord word = words.FirstOrDefault(word => word.Name == name) ?? throw Unknown(name);
        if (argument.Length == 0 && word.Argument is [not '[', ..]) throw new WrongInputException($"Expected /{word.Name} {word.Argument}.");
        if (argument.Length > 0 && word.Argument.Length == 0) throw new WrongInputException($"Expected /{word.Name} alone, found {argument} behind it.");
        return word.Do(argument, cancellation);
    }

    private WrongInputException Unknown(string name)
    {
        ChatWord near = words.MinBy(word => EditDistance.Between(name, word.Name))!;
        bool isNear = EditDistance.Between(name, near.Name) <= Math.Max(1, Math.Min(2, near.Name.Length / 2))
            || (name.Length > 0 && near.Name.StartsWith(name, StringComparison.Ordinal));
        string advice = isNear ? $"Did you mean /{near.Name}?" : $"Expected {string.Join(", ", Names)}.";
        return new WrongInputException($"There is no /{name}. {advice} A text that begins with a slash is written with two: //{name}.");
    }
}
