using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sandglass.Cli;

/// <summary>The parser takes an option that it does not know for an argument; nobody who types --temprature means that.</summary>
internal static class MistypedOption
{
    /// <summary>Fails where an argument looks like an option and does not stand behind a <c>--</c>.</summary>
    public static void Refuse(ParseResult parsed, string? argument)
    {
        if (Message(parsed, argument) is string message) throw new WrongInputException(message);
    }

    /// <summary>What to say about such an argument, or null where it is none.</summary>
    public static string? Message(ParseResult parsed, string? argument)
    {
        if (argument is null || !LooksLikeOption(argument) || parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)) return null;
        string command = Help.Path(parsed.CommandResult.Command);
        string name = argument.Split('=')[0];
        Argument? text = PromptSource.TextOf(parsed.CommandResult.Command);
        if (text is not null && name is ("-p" or "--prompt" or "--text"))
            return $"There is no option {name}: the {text.Name.ToLowerInvariant()} is an argument: {command} \"{Behind(parsed, argument)}\"";
        string advice = Nearest(parsed.CommandResult.Command, name) is string near ? $". Did you mean {near}? {command} --help lists all." : $"; {command} --help lists them.";
        return $"There is no option {name} here{advice}{(text is null ? "" : $" A text that begins with a dash goes behind two: {command} -- \"{argument} …\"")}";
    }

    private static string Behind(ParseResult parsed, string argument)
    {
        if (argument.IndexOf('=', StringComparison.Ordinal) is int at and > 0) return argument[(at + 1)..];
        return parsed.Tokens.SkipWhile(token => token.Value != argument).Skip(1).FirstOrDefault()?.Value ?? "Once upon a time";
    }

    /// <summary>The command's option that fewest letters tell from this one; null where none is near.</summary>
    private static string? Nearest(Command command, string name)
    {
        if (!name.StartsWith("--", StringComparison.Ordinal)) return null;      // every letter is one letter away
        (string? near, int distance) = command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            .Where(other => other.StartsWith("--", StringComparison.Ordinal))
            .Select(other => (other, EditDistance.Between(name, other)))
            .OrderBy(pair => pair.Item2).FirstOrDefault();
        return near is not null && distance <= Math.Max(2, (name.Length - 2) / 3) ? near : null;
    }

    private static bool LooksLikeOption(string text) => text.Length > 1 && text[0] == '-' && (text[1] == '-' || char.IsAsciiLetter(text[1])) && !text.Any(char.IsWhiteSpace);
}
