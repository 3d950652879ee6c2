using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary><c>sandglass perplexity --file F</c>: how well the model foretells a long text, measured as llama.cpp does.</summary>
internal sealed class PerplexityCommand(Terminal terminal)
{
    private const int DefaultContext = 512;

    private readonly ModelChoice _model = new();
    private readonly Option<string> _file = new("--file", "-f") { Description = "The text, in UTF-8.", HelpName = "FILE", Required = true };
    private readonly Option<int?> _context = NumberOption.Whole("--context", $"Tokens of a chunk; the second half of each is foretold. [default: {DefaultContext}]", 4, 1 << 24, "-c");
    private readonly Option<int?> _chunks = NumberOption.Whole("--chunks", "Chunks at most; without it all.", 1, int.MaxValue);
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object." };

    public Command Create()
    {
        Command command = new("perplexity", "Measure how well the model foretells a long text.");
        foreach (Option option in (Option[])[_file, _context, _chunks]) command.Add(option);
        _model.AddTo(command, withContext: false);
        command.Add(_json);
        command.SetAction(MeasureAsync);
        return command;
    }

    private async Task<int> MeasureAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string text = Encoding.UTF8.GetString(await File.ReadAllBytesAsync(parsed.GetValue(_file)!, cancellation)); // not ReadAllText: a mark at the beginning is text
        int context = parsed.GetValue(_context) ?? DefaultContext;
        using LanguageModel model = _model.Load(parsed, terminal, context);
        PerplexityResult result;
        using (RunningValue running = new(terminal))
            result = await model.PerplexityAsync(text, context, parsed.GetValue(_chunks), running, cancellation);

        if (parsed.GetValue(_json)) WriteJson(result);
        else terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Perplexity {result.Perplexity:F4} over {Amount.Whole(result.Tokens)} tokens in {Amount.Whole(result.Chunks)} chunks of {context}"));
        return ExitCode.Done;
    }

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

    /// <summary>The value so far: one line that is rewritten in a terminal; where the run is cut short, it stays.</summary>
    private sealed class RunningValue(Terminal terminal) : IProgress<(int Done, int Total, double SoFar)>, IDisposable
    {
        private readonly ProgressLine<string> _line = new(terminal, text => text);
        private string? _last;

        public void Report((int Done, int Total, double SoFar) value)
        {
            _last = string.Create(CultureInfo.InvariantCulture, $"Chunk {value.Done} of {value.Total}: perplexity so far {value.SoFar:F4}");
            _line.Report(_last);
            if (value.Done == value.Total) _last = null;
        }

        public void Dispose()
        {
            _line.Dispose();
            if (_last is not null) terminal.Note(_last);
        }
    }
}
