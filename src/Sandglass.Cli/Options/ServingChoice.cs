using System.CommandLine;
using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary>Options of <c>plan serve</c>: who asks for how much, on which machine, within which times, at which price.</summary>
internal sealed class ServingChoice
{
    private const int EngineTexts = 64;
    private static readonly ServingOptions Default = new();

    private readonly Option<string?> _type = new("--type")
    {
        Description = "How weights are stored: q4_0, q8_0, f16, bf16, q4_k_m, fp8 and more; without it as the file has them, bf16 where there is none.",
        HelpName = "TYPE",
    };
    private readonly Option<CacheType> _cacheType = WordOption.Of("--cache-type", "How keys and values are stored.",
        ("f16", CacheType.F16), ("f32", CacheType.F32), ("q8", CacheType.Q8), ("q4", CacheType.Q4));
    private readonly Option<string?> _hardware = new("--hardware")
    {
        Description = $"What it runs on: {string.Join(", ", Accelerator.All.Select(one => one.Name))}, or a file that sandglass plan --calibrate wrote. " +
            $"[default: {Default.Hardware}]",
        HelpName = "NAME|FILE",
    };
    private readonly Option<int?> _gpus = NumberOption.Whole<int>(
        "--gpus", "How many of them hold the model together: a replica. [default: as few as answer about as many requests each as more would]", 1,
        int.MaxValue);
    private readonly Option<double?> _reached = Any(
        "--reached", $"The share of the maker's rates that is reached. [default: {Default.Reached}; of a machine that was measured 1]");
    private readonly Option<double?> _memoryShare = Any(
        "--memory-share", $"The share of their memory that weights and cache may take. [default: {Default.MemoryShare}]");
    private readonly Option<long?> _prompt = PlanNumbers.Position("--prompt-tokens", $"Tokens of a prompt. [default: {Default.PromptTokens}]", 1);
    private readonly Option<long?> _answer = PlanNumbers.Position("--answer-tokens", $"Tokens of an answer, on average. [default: {Default.AnswerTokens}]", 1);
    private readonly Option<AnswerSpread> _spread = WordOption.Of(
        "--answers", "How much the lengths of answers differ: most are short and a few long, or not.",
        ("geometric", AnswerSpread.Geometric), ("fixed", AnswerSpread.Fixed));
    private readonly Option<double?> _hits = Any("--hit-rate", "The share of the prompts' tokens that the prefix cache has. [default: 0]");
    private readonly Option<double?> _first = Above(
        "--ttft-ms", $"Milliseconds to the first token: the mean in a full batch, for replicas with the wait of 95 of 100. " +
            $"[default: {1000 * Default.FirstWithin}]");
    private readonly Option<double?> _between = Above("--tpot-ms", $"Milliseconds between two tokens. [default: {1000 * Default.TokenWithin}]");
    private readonly Option<int?> _batch = NumberOption.Whole<int>(
        "--max-batch", $"Texts at once at most. [default: {Default.MaxBatch}; of a machine that was measured {EngineTexts}]", 1, int.MaxValue);
    private readonly Option<int?> _batchTokens = NumberOption.Whole<int>(
        "--max-batch-tokens", $"Tokens of a step at most. [default: {Default.MaxBatchTokens}; of a machine that was measured 256]", 1, int.MaxValue);
    private readonly Option<double[]> _users = PlanNumbers.Larges(
        "--users", "Users, several with commas between them. [default: 1K,1M,100M]", 0, double.MaxValue);
    private readonly Option<double?> _perHour = Any("--requests-per-hour", $"Requests of a user in an hour, on average. [default: {Default.RequestsPerHour}]");
    private readonly Option<double?> _peak = Any("--peak", $"How many times the mean the busiest hour has. [default: {Default.Peak}]");
    private readonly Option<double[]?> _loads = NumberOption.Reals("--loads",
        "Loads for which waiting is told, with commas between them. [default: 0.3,0.5,0.7,0.8,0.9,0.95]", static _ => true,
        "numbers with commas between them");
    private readonly Option<int?> _simulated = NumberOption.Whole<int>(
        "--simulate", "Requests that are simulated at each load; 0 for none. [default: twenty turns of the batch, 2000 at least]", 0, int.MaxValue);
    private readonly Option<ulong?> _seed = NumberOption.Whole<ulong>("--seed", "Of the simulation's chance. [default: 1]", 0, ulong.MaxValue);
    private readonly ServingPriceChoice _price = new();
    private readonly IdleCacheChoice _idle = new();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_type, _cacheType, _hardware, _gpus, _reached, _memoryShare, _prompt, _answer, _spread, _hits, _first, _between,
            _batch, _batchTokens, _users, _perHour, _peak, _loads, _simulated, _seed]) command.Add(option);
        _price.AddTo(command);
        _idle.AddTo(command);
    }

    /// <summary>What was asked for.</summary>
    public ServingOptions Options(ParseResult parsed)
    {
        ServingOptions options = OfNamed(parsed);
        if (parsed.GetValue(_hardware) is not string given) return options;
        CommandLineWord.RefusePath(_hardware.Name, given);
        if (!File.Exists(given) && !given.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return options;
        return options with
        {
            Machine = MeasuredMachine.Open(given).With(),
            Reached = parsed.GetValue(_reached) ?? 1,
            MaxBatch = parsed.GetValue(_batch) ?? EngineTexts,
            MaxBatchTokens = parsed.GetValue(_batchTokens) ?? MachineSpeed.EngineStepTokens,
        };
    }

    private ServingOptions OfNamed(ParseResult parsed) => new()
    {
        WeightType = parsed.GetValue(_type),
        CacheType = parsed.GetValue(_cacheType),
        Hardware = parsed.GetValue(_hardware) ?? Default.Hardware,
        Accelerators = parsed.GetValue(_gpus) ?? 0,
        Reached = parsed.GetValue(_reached) ?? Default.Reached,
        MemoryShare = parsed.GetValue(_memoryShare) ?? Default.MemoryShare,
        PromptTokens = (int?)parsed.GetValue(_prompt) ?? Default.PromptTokens,
        AnswerTokens = (int?)parsed.GetValue(_answer) ?? Default.AnswerTokens,
        Spread = parsed.GetValue(_spread),
        HitRate = parsed.GetValue(_hits) ?? 0,
        FirstWithin = parsed.GetValue(_first) / 1000 ?? Default.FirstWithin,
        TokenWithin = parsed.GetValue(_between) / 1000 ?? Default.TokenWithin,
        MaxBatch = parsed.GetValue(_batch) ?? Default.MaxBatch,
        MaxBatchTokens = parsed.GetValue(_batchTokens) ?? Default.MaxBatchTokens,
        Users = parsed.GetValue(_users) is { Length: > 0 } users ? users : Default.Users,
        RequestsPerHour = parsed.GetValue(_perHour) ?? Default.RequestsPerHour,
        Peak = parsed.GetValue(_peak) ?? Default.Peak,
        Loads = parsed.GetValue(_loads) is { Length: > 0 } loads ? loads : Default.Loads,
        Simulated = parsed.GetValue(_simulated),
        Seed = parsed.GetValue(_seed) ?? Default.Seed,
        Price = _price.Options(parsed),
        IdleCache = _idle.Options(parsed),
    };

    /// <summary>A number, whose range the library knows and names: it stands nowhere else.</summary>
    internal static Option<double?> Any(string name, string description) => NumberOption.Real(name, description, static _ => true, "a number");

    private static Option<double?> Above(string name, string description) =>
        NumberOption.Real(name, description, number => number is > 0 and <= 1e15, "a number above 0");
}
