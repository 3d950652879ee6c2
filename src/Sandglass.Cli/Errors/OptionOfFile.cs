using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sandglass.Cli;

/// <summary>A file that stands alone, as <c>sandglass chat model.gguf</c> and other tools have it: the option that takes it.</summary>
internal static class OptionOfFile
{
    private static readonly (string Ending, string Option)[] Options = [(".gguf", "--model"), (".jinja", "--template"), (".json", "--messages")];

    /// <summary>The option with the file behind it; null where none of the command takes it, or where it is given already.</summary>
    public static string? Of(ParseResult parsed, Command command)
    {
        IEnumerable<string> words = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens.Select(token => token.Value)).Concat(parsed.UnmatchedTokens);
        foreach (string word in words)
        {
            if (OptionFor(word) is not string name) continue;
            if (command.Options.FirstOrDefault(option => option.Name == name) is Option option && parsed.GetResult(option) is not { Implicit: false })
                return $"{name} {word}";
        }
        return null;
    }

    private static string? OptionFor(string word) =>
        word.StartsWith(EmbeddedModels.Prefix, StringComparison.Ordinal) || EmbeddedModels.Names.Contains(word) ? "--model"
            : Array.Find(Options, pair => word.EndsWith(pair.Ending, StringComparison.OrdinalIgnoreCase)).Option;
}
