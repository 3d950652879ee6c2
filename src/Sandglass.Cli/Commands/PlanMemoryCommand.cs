using System.CommandLine;
using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan memory</c>: bytes of weights, cache and activations.</summary>
internal sealed class PlanMemoryCommand(Terminal terminal)
{
    private readonly PlannedChoice _model = new();
    private readonly Option<string?> _type = new("--type")
    {
        Description = "How weights are stored: q4_0, q8_0, f16, bf16, q4_k_m, fp8 and more; without it as the file has them, bf16 where there is none.",
        HelpName = "TYPE",
    };
    private readonly Option<long[]> _context = PlanNumbers.Positions("--context",
        "Positions of each text, several with commas between them (8K is 8,192); without it what the model was trained for.", 1, "-c");
    private readonly Option<CacheType[]> _cacheType = WordOption.Several(
        "--cache-type", "How keys and values are stored, several with commas between them.", ModelChoice.CacheTypeWords);
    private readonly Option<CacheType?> _keyType = WordOption.Optional(
        "--cache-type-k", "How keys are stored, where it is not as --cache-type says.", ModelChoice.CacheTypeWords);
    private readonly Option<CacheType?> _valueType = WordOption.Optional(
        "--cache-type-v", "How values are stored, where it is not as --cache-type says.", ModelChoice.CacheTypeWords);
    private readonly Option<long?> _users = NumberOption.Whole<long>("--users", "Texts at the same time. [default: 1]", 1, 1_000_000_000_000);
    private readonly Option<long?> _shared = PlanNumbers.Position("--shared-prefix",
        "Positions at the beginning that all texts have in common, such as a system prompt: they are kept once. [default: 0]", 0);
    private readonly Option<string?> _draft = new("--draft") { Description = "The smaller model that guesses ahead; named as --model.", HelpName = "MODEL" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a row." };

    public Command Create()
    {
        Command command = new("memory", "Say how many bytes the weights, the cache of keys and values and the activations of a model take.");
        AddTo(command);
        return command;
    }

    /// <summary>Makes a command this one.</summary>
    public void AddTo(Command command)
    {
        _model.AddTo(command);
        foreach (Option option in (Option[])[_type, _context, _cacheType, _keyType, _valueType, _users, _shared, _draft, _json]) command.Add(option);
        command.SetAction(Plan);
    }

    /// <summary>Plans.</summary>
    public int Plan(ParseResult parsed)
    {
        PlannedModel model = _model.Open(parsed), draft = model;
        if (parsed.GetValue(_draft) is string name) draft = PlannedChoice.Open(_draft.Name, name);
        MemoryOptions options = new()
        {
            WeightType = parsed.GetValue(_type),
            Users = parsed.GetValue(_users) ?? 1,
            SharedPrefix = parsed.GetValue(_shared) ?? 0,
            Draft = draft == model ? null : draft,
        };
        List<MemoryPlan> plans = [];
        foreach (long context in parsed.GetValue(_context)!.DefaultIfEmpty(0))
            foreach (CacheType type in parsed.GetValue(_cacheType)!)
            {
                CacheTypes types = new(parsed.GetValue(_keyType) ?? type, parsed.GetValue(_valueType) ?? type);
                plans.Add(MemoryPlan.For(model, options with { Context = context, CacheType = types }));
            }
        if (parsed.GetValue(_json)) PlanMemoryJson.Write(terminal, plans, options);
        else PlanMemoryText.Write(terminal, plans, options);
        return ExitCode.Done;
    }
}
