using System.CommandLine;
using Sandglass.Studies;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab repetition [PROMPT]</c>: greedy texts, the circles they go in, and what each remedy does.</summary>
internal sealed class LabRepetitionCommand(Terminal terminal) : LabExperimentCommand<RepetitionRow>(terminal)
{
    private const int DefaultTokens = 256;

    private readonly PromptSource _prompt = new("PROMPT", $"The text to continue. [default: {RepetitionStudy.Beginnings.Count} beginnings of tales]");
    private readonly Option<int?> _tokens = NumberOption.Whole("--max-tokens", $"Tokens of each text. [default: {DefaultTokens}]", 1, int.MaxValue, "-n");

    protected override string[] Columns => ["Remedy", "#Loops", "#From", "#Period", "#Repeated 2", "#4", "#8", "#Logprob"];

    protected override string Legend =>
        "Loops: texts that go round in a circle. From, Period: the first token of the circle and the tokens of a round, the median. Repeated 2, 4, 8: runs of so " +
            "many tokens that stand in the text before. Logprob: the mean log-probability of a token.";

    protected override Command CreateOwn()
    {
        Command command = new("repetition", "Continue with the likeliest token always: when a text goes round in a circle, and what each remedy does to it.");
        _prompt.AddTo(command);
        command.Add(_tokens);
        return command;
    }

    protected override async Task<Experiment<RepetitionRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Prompt? prompt = await _prompt.ReadOrNoneAsync(parsed, Terminal, cancellation);
        LanguageModel model = Load(parsed);
        Tokenizer tokenizer = model.Tokenizer;
        int[][] prompts = prompt is null ? [.. RepetitionStudy.Beginnings.Select(text => tokenizer.Encode(text).Ids)] : [prompt.Encode(tokenizer, Terminal)];
        return new RepetitionStudy(model, prompts, parsed.GetValue(_tokens) ?? DefaultTokens);
    }

    protected override IEnumerable<string[]> Cells(IReadOnlyList<RepetitionRow> rows) => rows.Select(row => (string[])
    [
        row.Remedy, $"{row.Looped} of {row.Texts}", Cell.Number(row.LoopFrom, 0), Cell.Number(row.LoopPeriod, 0), Cell.Share(row.Repeated2),
        Cell.Share(row.Repeated4), Cell.Share(row.Repeated8), Cell.Number(row.MeanLogprob),
    ]);

    protected override IEnumerable<string> Lines(IReadOnlyList<RepetitionRow> rows) =>
        rows.Select(row => $"{row.Remedy}: … {Cell.Beginning(row.Text[Math.Max(0, row.Text.Length - 90)..], 90)}");

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<RepetitionRow> rows)
    {
        string[] remedies = [.. rows.Select(row => row.Remedy)];
        return
        [
            new("Remedy", "Runs of tokens that stand in the text before, and texts in a circle, as shares",
                [Series("2 tokens", row => row.Repeated2), Series("4 tokens", row => row.Repeated4), Series("8 tokens", row => row.Repeated8),
                    Series("texts in a circle", row => row.Looped / (double)row.Texts)]) { Categories = remedies },
            new("Remedy", "Mean log-probability of a token, nats", [Series("", row => row.MeanLogprob)]) { Categories = remedies },
        ];

        PlotSeries Series(string name, Func<RepetitionRow, double?> value) =>
            new(name, [.. rows.Select((row, i) => new PlotPoint(i, value(row) ?? double.NaN))]);
    }
}
