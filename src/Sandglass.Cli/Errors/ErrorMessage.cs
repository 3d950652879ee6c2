using System.CommandLine;
using System.CommandLine.Parsing;
using Sandglass.Generation;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Planning;
using Sandglass.Sampling;

namespace Sandglass.Cli;

/// <summary>What went wrong, where, what was expected, what to do next, and the exit code that says whether the input or the tool is at fault.</summary>
/// <param name="Text">For a person.</param>
/// <param name="Code">The exit code.</param>
/// <param name="Name">For a script: the library's code (docs/errors.md), or one of the tool's own (docs/cli.md).</param>
internal sealed record ErrorMessage(string Text, int Code, string Name = WrongInputException.CommandLine)
{
    private const int BadDescriptor = 9;    // EBADF
    private const string WhichModel = "Give a GGUF file with --model, or leave --model out to use the model that ships inside.";

    /// <summary>Of a command line that makes no sense.</summary>
    public static ErrorMessage Of(ParseResult parsed)
    {
        IEnumerable<string> arguments = parsed.UnmatchedTokens.Concat(
            parsed.CommandResult.Children.SelectMany(child => child is ArgumentResult ? child.Tokens.Select(token => token.Value) : []));
        string? mistyped = arguments.Select(argument => MistypedOption.Message(parsed, argument)).FirstOrDefault(message => message is not null);
        if (mistyped is not null) return new ErrorMessage(mistyped, ExitCode.WrongInput);

        Command command = parsed.CommandResult.Command;
        string path = Help.Path(command);
        bool isGroup = command.Subcommands.Count > 0;
        string[] errors = [.. parsed.Errors.Where(error => !IsUnmatched(error)).Select(InOurWords).Distinct()],
            missing = [.. MissingValue.In(parsed.CommandResult)];
        if (missing.Length > 0)
            errors = missing;       // what else is wrong may come of it
        else if (!isGroup && errors.Length == 0 && parsed.UnmatchedTokens.Count > 0)
            errors = [$"Found more than was expected: {string.Join(' ', parsed.UnmatchedTokens)}. {InPlaceOfMore(parsed, command, path)}"];
        else if (isGroup && parsed.UnmatchedTokens is [string word, ..])
            errors = [NoCommand(command, path, word)];
        else if (command.Arguments.Any(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 }))
            errors = [$"Something is missing: expected {path} {string.Join(' ', command.Arguments.Select(argument => argument.Name))}."];
        return new ErrorMessage($"{string.Join('\n', errors)}\nSee {path} --help.", ExitCode.WrongInput);
    }

    /// <summary>Of anything that a command failed with.</summary>
    public static ErrorMessage Of(Exception failure) => failure switch
    {
        WrongInputException wrong => new(wrong.Message, ExitCode.WrongInput, wrong.Name),
        SandglassException known => new(InWords(known), IsInput(known) ? ExitCode.WrongInput : ExitCode.Failed, known.Code),
        ClosedStreamException or UnauthorizedAccessException { InnerException.HResult: BadDescriptor } =>
            new("Standard output is closed: nothing can be written to it. Leave it open, or send it to a file or a pipe.", ExitCode.Failed, "output-closed"),
        UnauthorizedAccessException => new(
            $"{failure.Message} Give a path that can be read and, for an output, written.", ExitCode.WrongInput, "access-denied"),
        OutOfMemoryException => new(
            "Not enough memory for this model with this context. Give a smaller --context, --cache-type q8, or a file in a smaller type (sandglass quantize).",
            ExitCode.Failed, "out-of-memory"),
        IOException => new($"Reading or writing failed: {failure.Message}", ExitCode.Failed, "input-output"),
        _ => new(
            $"Sandglass failed in a way that it should not: {failure.GetType().Name}: {failure.Message}\n{failure.StackTrace}\nPlease report this with " +
                "the command line and the lines above.", ExitCode.Failed, "unexpected"),
    };

    private static string InWords(SandglassException failure) => failure switch
    {
        ModelFileException file => OfFile(file),
        GenerationException request => OfRequest(request),
        SamplingException { Option: nameof(SamplerOptions.Samplers) } steps => $"{steps.MessageWith(OptionNames.Of)} Stages are separated by ; or ,.",
        PlanException { Code: "plan-model-unknown" } plan => $"{plan.MessageWith(OptionNames.Of)} A path of a GGUF file or of a config.json is one too; " +
            $"sandglass plan models lists the catalogue.",
        PlanException plan => plan.MessageWith(OptionNames.Of),
        SamplingException { Code: "sampling-option" or "sampling-mix" } option => option.MessageWith(OptionNames.Of),
        KvCacheException { Code: "cache-full" } => $"{failure.Message} Give a larger --cache-memory, or ask for fewer texts at once.",
        KvCacheException or SamplingException => $"{failure.Message} The model's weights or the text lead to no usable scores; try --compute exact, or " +
            $"another file of the model.",
        _ => failure.Message,
    };

    /// <summary>Whether what was asked for is wrong, and not what came of it.</summary>
    private static bool IsInput(SandglassException failure) => failure is not (KvCacheException or SamplingException { Code: "sampling-logits" });

    /// <summary>Says it, and gives the exit code: to a person with the code after it, to a script as one object on standard error.</summary>
    public int Tell(Terminal terminal, bool json)
    {
        if (json) terminal.TellJson(Text, Name);
        else terminal.Tell(Name == WrongInputException.CommandLine ? Text : $"{Text} [{Name}]");
        return Code;
    }

    // words left over after all arguments; beside another error they mostly follow from it
    private static bool IsUnmatched(ParseError error) => error.Message.StartsWith("Unrecognized", StringComparison.Ordinal);

    private static string NoCommand(Command group, string path, string word)
    {
        Command? near = group.Subcommands.MinBy(command => EditDistance.Between(word, command.Name));
        string advice = near is not null && EditDistance.Between(word, near.Name) <= (word.Length < 6 ? 1 : 2)
            ? $"Did you mean {path} {near.Name}?"
            : PromptSource.TextOf(group.Subcommands[0]) is null ? $"A model is given with an option: {path} {group.Subcommands[0].Name} --model \"{word}\"."
            : $"A text follows one: {path} {group.Subcommands[0].Name} \"{word}\".";
        return $"There is no command {word}. Expected {Listed(group.Subcommands)}. {advice}";
    }

    private static string InPlaceOfMore(ParseResult parsed, Command command, string path)
    {
        if (OptionOfFile.Of(parsed, command) is string option) return $"A file is given with an option: {path} {option}.";
        return PromptSource.TextOf(command) is not null
            ? $"A text of several words goes in quotes: {path} \"{PromptSource.Beginning}\"."
            : $"Expected {path} {string.Join(' ', command.Arguments.Select(Spelled).Append("[options]"))}.";
    }

    private static string Spelled(Argument argument) => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name;

    // what the parser refuses itself, in the same form as everything else
    private static string InOurWords(ParseError error) => error.SymbolResult switch
    {
        OptionResult { IdentifierTokenCount: > 1, Option: { Arity.MaximumNumberOfValues: 1, HelpName: not null } option } given =>
            $"{option.Name} is given {given.IdentifierTokenCount} times; expected it once.",
        _ => error.Message,
    };

    private static string Listed(IEnumerable<Command> commands)
    {
        string[] names = [.. commands.Select(command => command.Name)];
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    /// <summary>Of a model file, in words.</summary>
    /// <param name="file">What is wrong with it.</param>
    /// <param name="whichModel">How to name another one.</param>
    public static string OfFile(ModelFileException file, string whichModel = WhichModel) => file.Code switch
    {
        "file-missing" when EmbeddedModels.Names.Contains(file.File) => $"No model file at {file.File}. Did you mean embedded:{file.File}, which ships inside?",
        "gguf-truncated" when file is { Field: "first four bytes", Found: "0" } => $"{file.File}: the file is empty. {whichModel}",
        "file-missing" => $"No model file at {file.File}. {whichModel}",
        "file-is-directory" => $"{file.File} is a directory, not a model file. {whichModel}",
        "gguf-magic" => $"{file.File} is no GGUF file: it begins with {file.Found}, not GGUF. {whichModel}",
        "architecture-unsupported" => $"{file.File} is a model of architecture {file.Found}; Sandglass runs {file.Expected}. sandglass inspect shows what is " +
            $"inside.",
        "split-later-part" => $"{file.File} is {file.Found} of a split model. Give {file.Expected}.",
        "split-part-missing" => $"No file at {file.File}, {file.Field} of a split model. Put all parts into one folder.",
        _ => $"{file.Message} {AdviceFor(file.Code)}".TrimEnd(),
    };

    private static string AdviceFor(string code) => code switch
    {
        "gguf-truncated" or "gguf-offset-past-end" or "gguf-count" or "gguf-text-length" => "The file is damaged or incomplete: fetch it again.",
        "tensor-not-finite" => "The file is damaged, or the model was broken when it was converted: fetch it again, or take another file of it.",
        "gguf-version" or "gguf-big-endian" => "Convert the model again with a current llama.cpp.",
        "gguf-version-newer" => "Take a newer Sandglass, or convert the model again in version 3.",
        "quantize-range" => "The file is sound; BF16 and F32 hold what F16, and the scales of Q8_0, Q4_0 and Q4_1, cannot.",
        "experts-unsupported" or "tokenizer-model" or "tokenizer-pre" or "tensor-type-unsupported" => "sandglass inspect shows what is inside.",
        _ => "",
    };

    private static string OfRequest(GenerationException request) => request.Code switch
    {
        "prompt-too-long" => $"The prompt is too long: expected {request.Expected}, found {request.Found}. Shorten the prompt.",
        "conversation-too-long" =>
        $"The conversation is too long with this: expected {request.Expected}, found {request.Found}. It stays as it was: take turns " +
            "back (/undo), begin anew (/clear), or give a larger --context.",
        "prompt-empty" => "The prompt is empty, and this model adds no begin token that could stand in for one. Give a text as an argument, through a pipe, " +
            "or with --prompt-file.",
        "cache-too-small" => $"The cache is too small: expected {request.Expected}, found {request.Found}. Give a larger --cache-memory, fewer --max-tokens " +
            $"or a shorter text.",
        "model-unknown" => $"No embedded model is called {request.Found}. Expected " +
            $"embedded:{request.Expected.Replace(" or ", " or embedded:", StringComparison.Ordinal)}.",
        "id-out-of-range" => $"--ids: expected {request.Expected}, the model's vocabulary, found {request.Found}.",
        _ when request.Option == "text" => $"The text is too short: expected {request.Expected}, one chunk, found {request.Found}. Give a longer file or a " +
            $"smaller --context.",
        _ => request.MessageWith(OptionNames.Of),
    };
}
