using System.CommandLine;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab batch [PROMPT]</c>: latency against throughput, measured.</summary>
internal sealed class LabBatchCommand(Terminal terminal) : LabExperimentCommand<BatchRow>(terminal)
{
    private const int DefaultTokens = 64, DefaultRepeat = 3;
    private static readonly int[] DefaultBatches = [1, 2, 4, 8, 16, 32, 64];

    private readonly PromptSource _prompt = new("PROMPT", $"The text to continue. [default: {PromptSource.Beginning}]");
    private readonly Option<int[]?> _batches = NumberOption.Wholes(
        "--batches", $"Texts written together. [default: {string.Join(',', DefaultBatches)}]", 1, 64);
    private readonly Option<int?> _tokens = NumberOption.Whole("--max-tokens", $"Tokens of a text. [default: {DefaultTokens}]", 2, int.MaxValue, "-n");
    private readonly Option<int?> _repeat = NumberOption.Whole(
        "--repeat", $"Repetitions, after one that is not counted. [default: {DefaultRepeat}]", 1, 1000);

    protected override string[] Columns => ["#Batch", "#Tokens/s", "#Range", "#Times the first", "#Tokens/s a text", "#ms a token", "#95 %", "#First, ms"];

    protected override string Legend =>
        "Measured. Tokens/s: of all texts together, the median of the repetitions, and their range. Ms a token: between two tokens of one text, the median, " +
            "and of the slowest twentieth. First: until the first token of a text.";

    protected override Command CreateOwn()
    {
        Command command = new("batch", "Write several texts at once: how fast all of them come, and how fast each. Measured.");
        _prompt.AddTo(command);
        foreach (Option option in (Option[])[_batches, _tokens, _repeat]) command.Add(option);
        return command;
    }

    protected override async Task<Experiment<BatchRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Prompt prompt = await _prompt.ReadOrBeginAsync(parsed, Terminal, cancellation);
        LanguageModel model = Load(parsed);
        return new BatchStudy(
            model, prompt.Encode(model.Tokenizer, Terminal), parsed.GetValue(_batches) is { Length: > 0 } given ? given : DefaultBatches,
            parsed.GetValue(_tokens) ?? DefaultTokens, parsed.GetValue(_repeat) ?? DefaultRepeat);
    }

    protected override IEnumerable<string[]> Cells(IReadOnlyList<BatchRow> rows) => rows.Select(row => (string[])
    [
        $"{row.Batch}", Amount.Short(row.TokensPerSecond), $"{Amount.Short(row.TokensPerSecondLow)}-{Amount.Short(row.TokensPerSecondHigh)}",
        Cell.Number(row.TokensPerSecond / rows[0].TokensPerSecond), Amount.Short(row.TokensPerSecond / row.Batch), Amount.Short(row.MsPerToken),
        Amount.Short(row.MsPerToken95), Amount.Short(row.FirstTokenMs),
    ]);

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<BatchRow> rows) =>
    [
        new("Texts written together", "Tokens a second of all texts, and the range of the repetitions: measured",
            [new PlotSeries("", [.. rows.Select(row => new PlotPoint(row.Batch, row.TokensPerSecond, row.TokensPerSecondLow, row.TokensPerSecondHigh))])])
        {
            IsLogarithmic = true,
            FromZero = true,
        },
        new("Texts written together", "Milliseconds between two tokens of a text: measured",
            [new PlotSeries("median", [.. rows.Select(row => new PlotPoint(row.Batch, row.MsPerToken))]),
                new PlotSeries("95 %", [.. rows.Select(row => new PlotPoint(row.Batch, row.MsPerToken95))])]) { IsLogarithmic = true, FromZero = true },
    ];
}
