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
        string command = parsed.CommandResult.Command.Name;
        return $"There is no option {argument} here; sandglass {command} --help lists them. A text that begins with a dash goes behind two: sandglass {command} -- \"{argument} …\"";
    }

    private static bool LooksLikeOption(string text) => text.Length > 1 && text[0] == '-' && (text[1] == '-' || char.IsAsciiLetter(text[1])) && !text.Any(char.IsWhiteSpace);
}
