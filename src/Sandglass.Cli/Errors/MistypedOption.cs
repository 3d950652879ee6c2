using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sandglass.Cli;

/// <summary>The parser takes an unknown option for an argument, which is never what --temprature means.</summary>
internal static class MistypedOption
{
    /// <summary>Fails where an argument looks like an option and does not follow a <c>--</c>.</summary>
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
        string start = $"There is no option {name} here";
        if (Nearest(parsed.CommandResult.Command, name) is string near) return $"{start}. Did you mean {near}? {command} --help lists all.";
        // two dashes and a word are an option known from elsewhere; a single dash may begin a text
        bool mayBeText = text is not null && !argument.StartsWith("--", StringComparison.Ordinal);
        return $"{start}; {command} --help lists them.{(mayBeText ? $" A text that begins with a dash follows two: {command} -- \"{argument} …\"" : "")}";
    }

    private static string Behind(ParseResult parsed, string argument)
    {
        if (argument.IndexOf('=', StringComparison.Ordinal) is int at and > 0) return argument[(at + 1)..];
        return parsed.Tokens.SkipWhile(token => token.Value != argument).Skip(1).FirstOrDefault()?.Value ?? "Once upon a time";
    }

    /// <summary>What llama.cpp, Ollama and transformers call options that this tool has.</summary>
    internal static (string Theirs, string Ours)[] Foreign { get; } =
    [
        ("--n-predict", "--max-tokens"), ("--predict", "--max-tokens"), ("--num-predict", "--max-tokens"), ("--max-new-tokens", "--max-tokens"),
        ("--max-length", "--max-tokens"),
        ("--ctx-size", "--context"), ("--num-ctx", "--context"), ("--n-ctx", "--context"), ("--file", "--prompt-file"), ("--num-thread", "--threads"),
        ("--repeat-last-n", "--penalty-window"), ("--reverse-prompt", "--stop"), ("--sampling-seq", "--samplers"), ("--sampler-seq", "--samplers"),
        ("--typical", "--typical-p"), ("--top-nsigma", "--top-n-sigma"), ("--dynatemp-exp", "--dynatemp-exponent"), ("--mirostat-ent", "--mirostat-tau"),
        ("--mirostat-lr", "--mirostat-eta"),
        ("--dry-penalty-last-n", "--dry-window"), ("--dry-sequence-breaker", "--dry-breaker"), ("--no-repeat-ngram-size", "--no-repeat-ngram"),
        ("--num-beams", "--beams"), ("--num-return-sequences", "--n"), ("--batch-size", "--prefill-chunk"), ("--ubatch-size", "--prefill-chunk"),
        ("-b", "--prefill-chunk"), ("-ub", "--prefill-chunk"),
        ("--model-draft", "--draft"), ("-md", "--draft"), ("-ctk", "--cache-type-k"), ("-ctv", "--cache-type-v"), ("--chunk", "--chunks"),
        ("--n-probs", "--logprobs"),
    ];

    /// <summary>The command's option that is called so elsewhere, or that is the fewest letters away; null if none is near.</summary>
    private static string? Nearest(Command command, string name)
    {
        string plain = name.Replace('_', '-');
        string[] own = [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name))];
        if (Array.Find(Foreign, pair => pair.Theirs == plain).Ours is string ours && own.Contains(ours)) return ours;
        if (plain.Length < 4) return null;      // every letter is one letter away
        if (!plain.StartsWith("--", StringComparison.Ordinal)) plain = $"-{plain}";
        (string? near, int distance) = own
            .Where(other => other.StartsWith("--", StringComparison.Ordinal))
            .Select(other => (other, EditDistance.Between(plain, other)))
            .OrderBy(pair => pair.Item2).FirstOrDefault();
        return near is not null && distance <= Math.Max(plain.Length < 5 ? 1 : 2, (plain.Length - 2) / 3) ? near : null;
    }

    private static bool LooksLikeOption(string text) =>
        text.Length > 1 && text[0] == '-' && (text[1] == '-' || char.IsAsciiLetter(text[1])) && !text.Any(char.IsWhiteSpace);
}
