using System.CommandLine;
using System.Text;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary><c>sandglass run [PROMPT]</c>: continues a text.</summary>
internal sealed class RunCommand(Terminal terminal)
{
    private const int ManyTexts = 10;       // without a number of tokens, rather a slip of the finger

    private readonly ModelChoice _model = new();
    private readonly PromptSource _prompt = new("PROMPT", "The text to continue; without it standard input, when that is a pipe, and - always.");
    private readonly GenerationChoice _generation = new();
    private readonly BeamChoice _beams = new();
    private readonly TraceChoice _trace = new();
    private readonly Option<int?> _samples = NumberOption.Whole(
        "--n", "Write N texts (-n is --max-tokens), each with a seed one above the last; the prompt is read once.", 1, 64);
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object for every token, and one for how it went." };

    public Command Create()
    {
        Command command = new("run", "Continue a text, one token at a time.");
        _prompt.AddTo(command);
        _model.AddTo(command);
        _generation.AddTo(command);
        _beams.AddTo(command);
        command.Add(_samples);
        _trace.AddTo(command, _samples);
        command.Add(_json);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Prompt prompt = await _prompt.ReadAsync(parsed, terminal, cancellation) ?? FirstTry(parsed);
        if (_beams.Options(parsed) is not null) _trace.RefuseBesideBeams(parsed);
        string? traced = _trace.File(parsed, terminal);
        using LanguageModel model = _model.Load(parsed, terminal, draft: _generation.DraftModel(parsed));
        int[] ids = prompt.Encode(model.Tokenizer, terminal);
        ContextLimit.Refuse("The prompt", ids, model);
        bool json = parsed.GetValue(_json);
        _generation.NoteIdle(parsed, terminal, json);
        if (_beams.Options(parsed) is not null) _generation.NoteBesideBeams(parsed, terminal);
        if ((ChatHint.For(model.Tokenizer, prompt, ids) ?? LineBreakHint(prompt, json)) is string hint) terminal.Note(hint);

        using ProgressLine<(int Read, int Total)> progress = new(
            terminal, p => $"Reading the prompt: {Amount.Whole(p.Read)} of {Amount.Whole(p.Total)} tokens");
        GenerationOptions options = _generation.Options(parsed) with { Beams = _beams.Options(parsed) };
        int? samples = parsed.GetValue(_samples);
        if (samples >= ManyTexts && options.MaxTokens is null) terminal.Note(
            $"Hint: --n {samples} writes {samples} texts; -n {samples} (--max-tokens) writes {samples} tokens.");
        IRunOutput Output(int sample) => json ? new RunJson(terminal.Bytes, model.Options.Compute, samples is null ? null : sample)
            : options.Explain ? new RunExplained(terminal, model.Tokenizer, sample)
            : new RunText(terminal, Shown(prompt, model));
        options = options with { PromptProgress = progress };
        if (traced is not null)
        {
            await using TextTrace trace = model.TraceAsync(ids, options, _trace.Options(parsed), cancellation);
            using TraceFile file = new(traced, trace.Start, model.Tokenizer);
            bool left = await new TracedRun(trace, file, Output(0), options.Explain).ShowAsync(progress.Dispose);
            return left ? ExitCode.Cancelled : ExitCode.Done;
        }
        IReadOnlyList<TextGeneration> generations = model.GenerateSamples(ids, samples ?? 1, options, cancellation);
        bool cancelled = await new SampleRuns(terminal, generations, Output, json).ShowAsync(progress.Dispose);
        return cancelled ? ExitCode.Cancelled : ExitCode.Done;
    }

    /// <summary><c>sandglass run</c> and nothing else: an embedded model begins as all of its tales do.</summary>
    private Prompt FirstTry(ParseResult parsed)
    {
        if (!_model.IsEmbedded(parsed))
            throw new WrongInputException("There is no prompt. Give a text: sandglass run \"Once upon a time\", through a pipe, or with --prompt-file FILE.");
        terminal.Note($"No prompt was given, so this begins with \"{PromptSource.Beginning}\". Another: sandglass run \"The wolf said\".");
        return _prompt.Begin(parsed);
    }

    /// <summary>A text piped through echo ends in a line break that is easily overlooked, and the model then starts a new line.</summary>
    private string? LineBreakHint(Prompt prompt, bool json) => prompt.IsPiped && prompt.Utf8 is [.., (byte)'\n'] && (terminal.ErrorIsTerminal || !json)
        ? "Hint: the text ends with a line break, so a new line is continued; printf %s or echo -n leaves it out."
        : null;

    private static string Shown(Prompt prompt, LanguageModel model) =>
        prompt.Ids is int[] ids ? model.Tokenizer.Decode(ids) : Encoding.UTF8.GetString(prompt.Utf8);
}
