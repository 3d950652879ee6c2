using System.CommandLine;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab quant [PROMPT]</c>: what fewer bits of weights and cache cost.</summary>
internal sealed class LabQuantCommand : LabExperimentCommand<QuantRow>
{
    private static readonly (string Word, TensorType? Value)[] WeightWords =
        [("given", null), ("f16", TensorType.F16), ("bf16", TensorType.BF16), ("q8_0", TensorType.Q8_0), ("q4_1", TensorType.Q4_1), ("q4_0", TensorType.Q4_0)];

    private readonly StudyTextChoice _text;
    private readonly Option<string> _weights = Words(
        "--weights", "Types of the weights; given is the file as it is.", "given,q8_0,q4_1,q4_0", [.. WeightWords.Select(type => type.Word)]);
    private readonly Option<string> _caches = Words(
        "--caches", "Types of the cache, tried with each of them.", "f16,q8,q4", [.. ModelChoice.CacheTypeWords.Select(type => type.Word)]);

    public LabQuantCommand(Terminal terminal) : base(terminal) => _text = new StudyTextChoice(texts: 8, tokens: 250, Seed);

    protected override string[] Columns => ["Weights", "Cache", "#File", "#Cache a token", "#Perplexity", "#Lost, nats", "#±", "#Likeliest equal"];

    protected override string Legend =>
        "File: bytes of all tensors. Lost: log-probability that a token lost, the mean, against the weights as given and a cache in F32; ± is its standard " +
            "error. Likeliest equal: places with the same likeliest token as there.";

    protected override Command CreateOwn()
    {
        Command command = new("quant", "Weights and cache in fewer bits: bytes saved, and what they cost.");
        _text.AddTo(command);
        command.Add(_weights);
        command.Add(_caches);
        return command;
    }

    protected override async Task<Experiment<QuantRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using LanguageModel model = Model.Load(parsed, Terminal);
        if (model.Options.CacheType != new ModelOptions().CacheType)
            throw new WrongInputException($"--cache-type does nothing here. Give the types to try: {_caches.Name} f16,q8,q4.");
        (StudyText text, ulong? seed) = await _text.ReadAsync(parsed, Terminal, model, cancellation);
        TensorType?[] weights = [.. parsed.GetValue(_weights)!.Split(',').Select(word => WeightWords.First(type => type.Word == word).Value)];
        CacheType[] caches = [.. parsed.GetValue(_caches)!.Split(',').Select(word => ModelChoice.CacheTypeWords.First(type => type.Word == word).Value)];
        return new QuantStudy(Model.Name(parsed), model, Owned(new TemporaryFile(".gguf")).Path, text, weights, caches, seed);
    }

    protected override IEnumerable<string[]> Cells(IReadOnlyList<QuantRow> rows) => rows.Select(row => (string[])
    [
        row.Weights, row.CacheType, Amount.Bytes(row.WeightBytes), Amount.Bytes((long)row.CacheBytesPerToken), Cell.Number(row.Perplexity),
        Cell.Number(row.Lost, 4), Cell.Number(row.LostError, 4), Cell.Share(row.EqualLikeliest),
    ]);

    protected override IReadOnlyList<PlotPanel> Panels(IReadOnlyList<QuantRow> rows)
    {
        string[] weights = [.. rows.Select(row => row.Weights).Distinct()];
        return
        [
            new("Type of the weights", "Nats a token that are lost, with twice the standard error",
                [.. rows.GroupBy(row => row.CacheType).Select(cache => new PlotSeries($"cache {cache.Key}", [.. cache.Select(row => new PlotPoint(
                    Array.IndexOf(weights, row.Weights), row.Lost, row.Lost - 2 * row.LostError, row.Lost + 2 * row.LostError))]))]) { Categories = weights },
            new("Type of the weights", "MB of the file",
                [new PlotSeries("", [.. rows.DistinctBy(row => row.Weights).Select((row, i) => new PlotPoint(i, row.WeightBytes / 1e6))])])
            {
                Categories = weights,
            },
        ];
    }

    /// <summary>Some of the words, each once, with commas between them.</summary>
    private static Option<string> Words(string name, string description, string usual, string[] words) => new(name)
    {
        Description = $"{description} [default: {usual}]",
        HelpName = string.Join(',', words),
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            string given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            string[] parts = given.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries);
            if (parts.Distinct().Count() == parts.Length && parts.All(words.Contains)) return string.Join(',', parts);
            result.AddError($"{name}: expected some of {string.Join(", ", words)}, each once, with commas between them, found {MissingValue.Found(given)}.");
            return usual;
        },
    };
}
