using System.CommandLine;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab drift [PROMPT]</c>: how sure the model is along a text, and what one wrong token does to all that follows.</summary>
internal sealed class LabDriftCommand(Terminal terminal) : LabExperimentCommand<DriftRow>(terminal)
{
    private const int DefaultTexts = 8, DefaultTokens = 256, DefaultAt = 8, DefaultRank = 10;
    private const double DefaultTemperature = 0.8;

    private readonly PromptSource _prompt = new("PROMPT", $"The text to continue. [default: {PromptSource.Beginning}]");
    private readonly Option<int?> _texts = NumberOption.Whole("--n", $"Texts. [default: {DefaultTexts}]", 1, 64);
    private readonly Option<int?> _tokens = NumberOption.Whole("--max-tokens", $"Tokens of each text. [default: {DefaultTokens}]", 1, int.MaxValue, "-n");
    private readonly Option<int?> _at = NumberOption.Whole("--at", $"Which token is changed, from 0. [default: {DefaultAt}]", 0, int.MaxValue);
    private readonly Option<int?> _rank = NumberOption.Whole(
        "--rank", $"It is changed to the token that is the N-th likeliest there. [default: {DefaultRank}]", 2, 1000);
    private readonly Option<double?> _temperature = NumberOption.Real(
        "--temperature", $"At which the texts are drawn, with no filter beside it. [default: {Cell.Number(DefaultTemperature, 1)}]", x => x is >= 0 and <= 100,
        "a number from 0 to 100", "--temp");

    protected override string[] Columns => ["What", "#Tokens", "#Logprob", "#Entropy", "#KL", "#Likeliest equal", "#Written equal"];

    protected override string Legend =>
        "Along the text: the mean log-probability of its tokens, and the entropy of their distributions, in nats. After the changed token, by distance: the " +
            "divergence from the distributions without the change, in nats; whether their likeliest token is the same; and, where both texts go on by " +
            "themselves, whether they write the same token there. Means of all texts.";

    protected override Command CreateOwn()
    {
        Command command = new("drift", "How sure the model is along a text, and how far one wrong token moves all that follows.");
        _prompt.AddTo(command);
        foreach (Option option in (Option[])[_texts, _tokens, _at, _rank, _temperature, Seed]) command.Add(option);
        return command;
    }

    protected override async Task<Experiment<DriftRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Prompt prompt = await _prompt.ReadOrBeginAsync(parsed, Terminal, cancellation);
        LanguageModel model = Load(parsed);
        return new DriftStudy(
            model, prompt.Encode(model.Tokenizer, Terminal), parsed.GetValue(_texts) ?? DefaultTexts, parsed.GetValue(_tokens) ?? DefaultTokens,
            parsed.GetValue(_at) ?? DefaultAt, parsed.GetValue(_rank) ?? DefaultRank, parsed.GetValue(_temperature) ?? DefaultTemperature,
            parsed.GetValue(Seed) ?? 1);
    }

    protected override IEnumerable<string[]> Cells(IReadOnlyList<DriftRow> rows) => Means(rows).Select(row => (string[])
    [
        row.What, row.From == row.To ? $"{row.From}" : $"{row.From}-{row.To}", Cell.Number(row.Logprob), Cell.Number(row.Entropy),
        Cell.Number(row.Divergence, 3), Cell.Share(row.EqualLikeliest), Cell.Share(row.EqualWritten),
    ]);

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<DriftRow> rows)
    {
        DriftRow[] means = [.. Means(rows)];
        return
        [
            new("Tokens of the text", "Nats a token",
                [Series("along", "surprise of the token", row => -row.Logprob), Series("along", "entropy", row => row.Entropy)]),
            new("Tokens after the changed one", "Kullback-Leibler divergence, nats", [Series("after", "", row => row.Divergence)])
            {
                IsLogarithmic = true,
                FromZero = true,
            },
            new("Tokens after the changed one", "Share of places that are equal",
                [Series("after", "likeliest token, same text between", row => row.EqualLikeliest),
                    Series("after", "token written, each text by itself", row => row.EqualWritten)]) { IsLogarithmic = true, FromZero = true },
        ];

        PlotSeries Series(string what, string name, Func<DriftRow, double?> value) => new(
            name, [.. means.Where(row => row.What == what).Select(row => new PlotPoint((row.From + row.To) / 2.0, value(row) ?? double.NaN))]);
    }

    /// <summary>Of the same stretch of all texts.</summary>
    private static IEnumerable<DriftRow> Means(IReadOnlyList<DriftRow> rows) =>
        rows.GroupBy(row => (row.What, row.From, row.To)).Select(same => same.First() with
        {
            Logprob = same.Average(row => row.Logprob),
            Entropy = same.Average(row => row.Entropy),
            Divergence = same.Average(row => row.Divergence),
            EqualLikeliest = same.Average(row => row.EqualLikeliest),
            EqualWritten = same.Average(row => row.EqualWritten),
        }).OrderBy(row => row.What == "along" ? 0 : 1);
}
