using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass perplexity FILE</c>: how well the model predicts a long text, measured as llama.cpp does.</summary>
internal sealed class PerplexityCommand(Terminal terminal)
{
    private const int DefaultContext = 512;

    private readonly ModelChoice _model = new();
    private readonly Argument<string?> _text = new("FILE") { Description = "The text, in UTF-8; - is standard input.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _file = new("--file", "-f") { Description = "The text, as an option.", HelpName = "FILE" };
    private readonly Option<int?> _context =
        NumberOption.Whole("--context", $"Tokens of a chunk; the second half of each is predicted. [default: {DefaultContext}]", 4, 1 << 24, "-c");
    private readonly Option<int?> _chunks = NumberOption.Whole("--chunks", "Chunks at most; without it all.", 1, int.MaxValue);
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object." };

    public Command Create()
    {
        Command command = new("perplexity", "Measure how well the model predicts a long text.");
        command.Add(_text);
        foreach (Option option in (Option[])[_file, _context, _chunks]) command.Add(option);
        _model.AddTo(command, withContext: false);
        command.Add(_json);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_text) is { Tokens.Count: > 0 } && result.GetResult(_file) is not null)
                result.AddError("Expected one text, found FILE and --file. Leave out one.");
        });
        command.SetAction(MeasureAsync);
        return command;
    }

    private async Task<int> MeasureAsync(ParseResult parsed, CancellationToken cancellation)
    {
        byte[] text = await ReadAsync(parsed, cancellation);
        int context = parsed.GetValue(_context) ?? DefaultContext;
        using LanguageModel model = _model.Load(parsed, terminal, context);
        if (TextHints.OfBytes(text) is string hint) terminal.Note(hint);
        using RunningValue running = new(terminal);
        bool cancelled = false;
        PerplexityResult result;
        try
        {
            result = await Perplexity.MeasureAsync(model, text, context, parsed.GetValue(_chunks), running, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            cancelled = true;       // it may have run for hours: report what is known
            (int done, _, double soFar) = running.Last;
            result = new PerplexityResult(soFar, done, done * (context - 1 - context / 2), KernelPath.Name, model.Options.Compute);
        }
        running.Dispose();

        if (parsed.GetValue(_json)) WriteJson(result);
        else if (result.Chunks == 0) terminal.Note("cancelled: no chunk was done");
        else WriteText(result, context, cancelled ? $" (cancelled; {Amount.Whole(running.Last.Total)} were asked for)" : "");
        return cancelled ? ExitCode.Cancelled : ExitCode.Done;
    }

    private async Task<byte[]> ReadAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string? argument = parsed.GetValue(_text);
        MistypedOption.Refuse(parsed, argument);
        if (argument == TextFile.StandardInput) return await Terminal.ReadInputAsync(cancellation);
        return (argument ?? parsed.GetValue(_file)) is string file
            ? await TextFile.ReadAsync(argument is null ? _file.Name : _text.Name, file, cancellation)
            : throw new WrongInputException("There is no text. Give the path of a long one: sandglass perplexity FILE.");
    }

    private void WriteText(PerplexityResult result, int context, string cancelled) => terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"Perplexity {result.Perplexity:F4} over {Amount.Of(result.Tokens, "token")} in {Amount.Of(result.Chunks, "chunk")} of {context}{cancelled}"));

    private void WriteJson(PerplexityResult result)
    {
        JsonLines lines = new(terminal.Bytes);
        Utf8JsonWriter json = lines.Begin();
        json.WriteDouble("perplexity", result.Perplexity);
        json.WriteNumber("chunks", result.Chunks);
        json.WriteNumber("tokens", result.Tokens);
        json.WriteComputation(result.Kernels, result.Compute);
        lines.End();
    }

    /// <summary>The value so far: a line that is rewritten in a terminal, and what a cancelled run reports.</summary>
    private sealed class RunningValue(Terminal terminal) : IProgress<(int Done, int Total, double SoFar)>, IDisposable
    {
        private readonly ProgressLine<(int Done, int Total, double SoFar)> _line = new(terminal, value =>
            string.Create(CultureInfo.InvariantCulture, $"Chunk {value.Done} of {value.Total}: perplexity so far {value.SoFar:F4}"));

        /// <summary>NaN before the first chunk is done.</summary>
        public (int Done, int Total, double SoFar) Last { get; private set; } = (0, 0, double.NaN);

        public void Report((int Done, int Total, double SoFar) value)
        {
            Last = value;
            _line.Report(value);
        }

        public void Dispose() => _line.Dispose();
    }
}
