using System.CommandLine;
using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan time</c>: how long reading and writing take.</summary>
internal sealed class PlanTimeCommand(Terminal terminal)
{
    private const int Prompt = 1024, Tokens = 256, MostTexts = 1 << 20;

    private static readonly long[] UsualContexts = [512, 2048, 8192, 32768, 131072];
    private static readonly int[] UsualBatches = [1, 2, 4, 8, 16, 32, 64];

    private readonly PlannedChoice _model = new();
    private readonly MachineChoice _machine = new();
    private readonly Option<string?> _type = new("--type")
    {
        Description = "How weights are stored: q4_0, q8_0, f16, bf16, q4_k_m, fp8 and more; without it as the file has them, bf16 where there is none.",
        HelpName = "TYPE",
    };
    private readonly Option<long[]> _context = PlanNumbers.Positions("--context",
        "Lengths, several with commas between them (8K is 8,192). [default: 512 to 128K, as far as the model was trained for]", 1, "-c");
    private readonly Option<CacheType> _cacheType = WordOption.Of("--cache-type", "How keys and values are stored.", ModelChoice.CacheTypeWords);
    private readonly Option<int[]?> _batch = NumberOption.Wholes(
        "--batch", $"Texts that are written together, for each N. [default: {string.Join(',', UsualBatches)}]", 1, MostTexts);
    private readonly Option<long?> _prompt = PlanNumbers.Position("--prompt", $"Tokens of the prompt whose first token is waited for. [default: {Prompt}]", 1);
    private readonly Option<int?> _tokens = NumberOption.Whole("--tokens", $"Tokens that are written after it. [default: {Tokens}]", 1, 1 << 24);
    private readonly Option<int?> _count = NumberOption.Whole(
        "--count", "Machines that share each step evenly; what they tell each other is taken for nothing. [default: 1]", 1, 1024);
    private readonly Option<double?> _reached = NumberOption.Real("--reached",
        "The share of a maker's figures that is reached; 0.5 to 0.7 is usual. [default: 1, what is possible at best]", share => share is > 0 and <= 1,
        "a number above 0, up to 1");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a row." };

    public Command Create()
    {
        Command command = new("time", "Say how long a model takes to read a prompt and to write each token, alone and together with others.");
        _model.AddTo(command);
        _machine.AddTo(command);
        foreach (Option option in (Option[])[_type, _context, _cacheType, _batch, _prompt, _tokens, _count, _reached, _json]) command.Add(option);
        command.SetAction((parsed, cancellation) => Task.FromResult(Plan(parsed, cancellation)));
        return command;
    }

    private int Plan(ParseResult parsed, CancellationToken cancellation)
    {
        PlannedModel model = _model.Open(parsed);
        TimeOptions options = new()
        {
            WeightType = parsed.GetValue(_type),
            CacheType = parsed.GetValue(_cacheType),
            Count = parsed.GetValue(_count) ?? 1,
            Reached = parsed.GetValue(_reached) ?? 1,
        };
        StepTime time = new(model, _machine.Open(parsed, cancellation), options);
        int context = model.Shape.Context;
        TimeRows rows = new(time, cancellation)
        {
            Contexts = parsed.GetValue(_context) is { Length: > 0 } given ? given
                : [.. UsualContexts.Where(length => length <= context).DefaultIfEmpty(context)],
            Batches = parsed.GetResult(_batch) is null ? UsualBatches : [.. parsed.GetValue(_batch)!.Distinct()],
            Prompt = parsed.GetValue(_prompt) ?? Math.Min(Prompt, context),
            Tokens = parsed.GetValue(_tokens) ?? Tokens,
        };
        if (parsed.GetValue(_json)) PlanTimeJson.Write(terminal, model, rows);
        else PlanTimeText.Write(terminal, model, rows);
        return ExitCode.Done;
    }
}
