using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sandglass.Cli;

/// <summary>Options whose value is one of a few words.</summary>
internal static class WordOption
{
    /// <summary>One of the words, in any case of letters; the first is the default.</summary>
    public static Option<T> Of<T>(string name, string description, params (string Word, T Value)[] words) where T : struct
    {
        Option<T> option = new(name)
        {
            Description = $"{description} [default: {words[0].Word}]",
            HelpName = string.Join('|', words.Select(word => word.Word)),
            DefaultValueFactory = _ => words[0].Value,
            CustomParser = result => Parse(name, result, words) ?? default,
        };
        option.CompletionSources.Add([.. words.Select(word => word.Word)]);
        return option;
    }

    /// <summary>One of the words, in any case of letters, or nothing.</summary>
    public static Option<T?> Optional<T>(string name, string description, params (string Word, T Value)[] words) where T : struct
    {
        Option<T?> option = new(name)
        {
            Description = description,
            HelpName = string.Join('|', words.Select(word => word.Word)),
            CustomParser = result => Parse(name, result, words),
        };
        option.CompletionSources.Add([.. words.Select(word => word.Word)]);
        return option;
    }

    /// <summary>Some of the words, with commas between them; the first alone is the default.</summary>
    public static Option<T[]> Several<T>(string name, string description, params (string Word, T Value)[] words) where T : struct => new(name)
    {
        Description = $"{description} [default: {words[0].Word}]",
        HelpName = string.Join(',', words.Select(word => word.Word)),
        DefaultValueFactory = _ => [words[0].Value],
        CustomParser = result =>
        {
            string given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            List<T> chosen = [];
            string[] parts = given.Split(',', StringSplitOptions.TrimEntries);
            if (ListLength.IsRefused(result, name, parts.Length)) return [];
            foreach (string part in parts)
            {
                int found = Array.FindIndex(words, word => string.Equals(word.Word, part, StringComparison.OrdinalIgnoreCase));
                if (found >= 0) chosen.Add(words[found].Value);
                else result.AddError($"{name}: expected {Choice(words)}, several with commas between them, found {MissingValue.Found(part)}.");
            }
            return [.. chosen];
        },
    };

    private static T? Parse<T>(string name, ArgumentResult result, (string Word, T Value)[] words) where T : struct
    {
        string given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
        foreach ((string word, T value) in words)
            if (string.Equals(word, given, StringComparison.OrdinalIgnoreCase)) return value;
        result.AddError($"{name}: expected {Choice(words)}, found {MissingValue.Found(given)}.");
        return null;
    }

    /// <summary>"a, b or c".</summary>
    private static string Choice<T>((string Word, T Value)[] words) => string.Join(", ", words[..^1].Select(word => word.Word)) + " or " + words[^1].Word;
}
