using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sandglass.Cli;

/// <summary>
/// An option without its value, as in a script whose variable is empty: <c>--stop=</c>, <c>--stop ""</c>, or <c>--stop</c> alone.
/// </summary>
internal static class MissingValue
{
    /// <summary>The words with <c>--stop=</c> as <c>--stop ""</c>: the parser would take the next word for the value, whatever that is.</summary>
    /// <exception cref="WrongInputException">A switch has a value.</exception>
    public static string[] Spelled(string[] words, Command root)
    {
        Option[] options = [.. WithSubcommands(root).SelectMany(command => command.Options)];
        int end = Array.IndexOf(words, "--");
        RefuseOptionAsValue(end < 0 ? words : words[..end], root);
        return [.. words.SelectMany((word, i) => end >= 0 && i > end ? [word] : Spelled(word, options))];
    }

    /// <summary>
    /// Refuses <c>--model -n 2</c>, as in a script whose variable is unset and unquoted: the parser would take <c>-n</c> for the model.
    /// </summary>
    private static void RefuseOptionAsValue(string[] words, Command root)
    {
        Command command = root;
        foreach (string word in words)
        {
            if (command.Subcommands.FirstOrDefault(sub => sub.Name == word) is not Command next) break;
            command = next;
        }
        for (int i = 0; i + 1 < words.Length; i++)
        {
            if (Named(command, words[i]) is { HelpName: not null } option && Named(command, words[i + 1]) is not null)
                throw new WrongInputException(
                    $"{option.Name}: expected {option.HelpName} after it, found the option {words[i + 1]}. Is a variable empty? A value that looks like " +
                        $"an option is given as {option.Name}={words[i + 1]}.");
        }
    }

    private static Option? Named(Command command, string word) =>
        command.Options.FirstOrDefault(option => option.Name == word || option.Aliases.Contains(word));

    /// <summary>Refuses an empty text for any option that takes one; numbers and words refuse it themselves.</summary>
    public static void RefuseIn(Command root)
    {
        foreach (Option option in WithSubcommands(root).SelectMany(command => command.Options).Where(option => option is Option<string?> or Option<string[]>))
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Any(token => token.Value.Length == 0)) result.AddError(Said(option));
            });
        }
    }

    /// <summary>What to say of such options, of each that is given.</summary>
    public static IEnumerable<string> In(CommandResult command) => command.Children.OfType<OptionResult>()
        .Where(result => result is { Implicit: false, Option.HelpName: not null } && result.Tokens.All(token => token.Value.Length == 0))
        .Select(result => Said(result.Option));

    private static string Said(Option option) => $"{option.Name}: expected {option.HelpName} after it, found nothing.";

    /// <summary>A value in quotes, or that there is none.</summary>
    public static string Found(string value) => value.Length > 0 ? $"\"{value}\"" : "nothing";

    private static string[] Spelled(string word, Option[] options)
    {
        int at = word.IndexOfAny(['=', ':']);
        if (at < 0 || Array.Find(options, option => option.Name == word[..at] || option.Aliases.Contains(word[..at])) is not Option option) return [word];

        string value = word[(at + 1)..];
        if (option.HelpName is not null) return value.Length == 0 ? [word[..at], ""] : [word];
        if (bool.TryParse(value, out _)) return [word];
        throw new WrongInputException($"{option.Name} is a switch: expected it alone, found {word}.");
    }

    private static IEnumerable<Command> WithSubcommands(Command command) => command.Subcommands.SelectMany(WithSubcommands).Prepend(command);
}
