using System.CommandLine;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab temperature [PROMPT]</c>: one prompt, many texts, at several temperatures.</summary>
internal sealed class LabTemperatureCommand(Terminal terminal) : LabExperimentCommand<TemperatureRow>(terminal)
{
    private const int DefaultTexts = 16, DefaultTokens = 48;
    private static readonly double[] DefaultTemperatures = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

    private readonly PromptSource _prompt = new("PROMPT", $"The text to continue. [default: {PromptSource.Beginning}]");
    private readonly Option<double[]?> _temperatures = NumberOption.Reals(
        "--temperatures", $"Temperatures to try. [default: {string.Join(',', DefaultTemperatures.Select(t => Cell.Number(t)))}]", t => t is >= 0 and <= 100,
        "numbers from 0 to 100 with commas between them");
    private readonly Option<int?> _texts = NumberOption.Whole("--n", $"Texts at each of them. [default: {DefaultTexts}]", 2, 64);
    private readonly Option<int?> _tokens = NumberOption.Whole("--max-tokens", $"Tokens of a text at most. [default: {DefaultTokens}]", 1, int.MaxValue, "-n");

    protected override string[] Columns => ["#Temp.", "#Logprob", "#Distinct 1", "#2", "#3", "#Equal", "A text"];

    protected override string Legend =>
        "Logprob: the mean log-probability of a token under the model at temperature 1. Distinct 1, 2, 3: different runs of so many tokens over all of them. " +
            "Equal: texts that another one is equal to.";

    protected override Command CreateOwn()
    {
        Command command = new("temperature", "Continue one prompt many times at several temperatures: how different, and how likely, the texts are.");
        _prompt.AddTo(command);
        foreach (Option option in (Option[])[_temperatures, _texts, _tokens, Seed]) command.Add(option);
        return command;
    }

    protected override async Task<Experiment<TemperatureRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Prompt prompt = await _prompt.ReadOrBeginAsync(parsed, Terminal, cancellation);
        LanguageModel model = Load(parsed);
        return new TemperatureStudy(
            model, prompt.Encode(model.Tokenizer, Terminal), parsed.GetValue(_temperatures) is { Length: > 0 } given ? given : DefaultTemperatures, parsed.GetValue(_texts) ?? DefaultTexts,
            parsed.GetValue(_tokens) ?? DefaultTokens, parsed.GetValue(Seed) ?? 1);
    }

    protected override IEnumerable<string[]> Cells(IReadOnlyList<TemperatureRow> rows) => rows.Select(row => (string[])
    [
        Cell.Number(row.Temperature), Cell.Number(row.MeanLogprob), Cell.Number(row.Distinct1), Cell.Number(row.Distinct2), Cell.Number(row.Distinct3),
        Cell.Share(row.EqualTexts), Cell.Beginning(Terminal.Harmless(row.Text), 40),
    ]);

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<TemperatureRow> rows)
    {
        return
        [
            new("Temperature", "Different runs of tokens, and equal texts, as shares",
            [
                Series("distinct-1", row => row.Distinct1), Series("distinct-2", row => row.Distinct2), Series("distinct-3", row => row.Distinct3),
                Series("equal texts", row => row.EqualTexts),
            ]) { FromZero = true },
            new("Temperature", "Mean log-probability of a token at temperature 1, nats", [Series("", row => row.MeanLogprob)]),
        ];

        PlotSeries Series(string name, Func<TemperatureRow, double?> value) =>
            new(name, [.. rows.Select(row => new PlotPoint(row.Temperature, value(row) ?? double.NaN))]);
    }
}
