using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>The options of <c>run</c> that say where a trace goes, and what it tells.</summary>
internal sealed class TraceChoice
{
    private static readonly TraceOptions Defaults = new();

    private readonly Option<string?> _file = new("--trace")
    {
        Description = "Write to this file what was done for each token: candidates, what removed them, attention, cache, cost. One JSON object, whole " +
            "however the run ends; the text is the same.",
        HelpName = "FILE",
    };
    private readonly Option<int?> _candidates = NumberOption.Whole(
        "--trace-candidates", $"With --trace: the N likeliest tokens of each step. [default: {Defaults.Candidates}]", 0, 1000);
    private readonly Option<int[]?> _asked = NumberOption.Ids("--trace-ids", "With --trace: also these tokens, however unlikely they are.");
    private readonly Option<TracedAttention> _attention = WordOption.Of(
        "--trace-attention", "With --trace: what each token attended to: the mean of each layer's heads, the largest too (all), or nothing.",
        ("means", TracedAttention.Means), ("all", TracedAttention.All), ("none", TracedAttention.None));
    private readonly Option<TracedHead[]?> _heads = new("--trace-heads")
    {
        Description = "With --trace: these heads' weights in full; 3:0 is head 0 of layer 3.",
        HelpName = "3:0,3:1",
        CustomParser = Heads,
    };
    private readonly Option<bool> _logits = new("--trace-logits") { Description = "With --trace: the logits of the whole vocabulary at each step." };
    private readonly Option<bool> _force = new("--force")
    {
        Description = "Replace the file of --trace where it exists; without it a person at a terminal is told so, and a script replaces it.",
    };

    private Option[] OfTokens => [_candidates, _asked, _attention, _heads, _logits];

    /// <summary>Adds all of them.</summary>
    /// <param name="samples">The option that asks for several texts: a trace is of one.</param>
    public void AddTo(Command command, Option<int?> samples)
    {
        Option[] others = [.. OfTokens, _force];
        command.Add(_file);
        foreach (Option option in others) command.Add(option);
        command.Validators.Add(result =>
        {
            if (IsGiven(result, _file))
            {
                if (result.GetValue(samples) > 1) result.AddError("--trace and --n exclude each other: a trace is of one text. Trace each with its own --seed.");
                return;
            }
            foreach (Option option in others.Where(option => IsGiven(result, option))) result.AddError(
                $"{option.Name} does nothing alone: expected --trace FILE with it.");
        });
    }

    /// <summary>Where the trace goes; null for none. Fails where nothing can be written there, before a model is loaded.</summary>
    public string? File(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(_file) is not string path) return null;
        CommandLineWord.RefusePath(_file.Name, path);
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new WrongInputException($"--trace: there is no folder {folder}. Make it first, or give another place.");
        if (!parsed.GetValue(_force) && terminal.ErrorIsTerminal) QuantizeCommand.RefuseToReplace(path, _file.Name);
        return path;
    }

    /// <summary>Fails where something is asked for that steps of beams do not tell.</summary>
    public void RefuseBesideBeams(ParseResult parsed)
    {
        if (OfTokens.FirstOrDefault(option => IsGiven(parsed.CommandResult, option)) is Option option) throw new WrongInputException(
            $"{option.Name} and --beams exclude each other: a step of beams tells of all that was weighed. Leave it out.");
    }

    /// <summary>What it tells.</summary>
    public TraceOptions Options(ParseResult parsed) => new()
    {
        Candidates = parsed.GetValue(_candidates) ?? Defaults.Candidates,
        Asked = parsed.GetValue(_asked) ?? [],
        Attention = parsed.GetValue(_attention),
        Heads = parsed.GetValue(_heads) ?? [],
        Logits = parsed.GetValue(_logits),
    };

    private static TracedHead[]? Heads(ArgumentResult result)
    {
        string given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
        List<TracedHead> heads = [];
        foreach (string part in given.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split(':') is [string layer, string head] && Number(layer) is int of && Number(head) is int one) heads.Add(new TracedHead(of, one));
            else result.AddError($"--trace-heads: expected layers and heads such as 3:0,3:1, found {MissingValue.Found(part)}.");
        }
        return [.. heads];
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
