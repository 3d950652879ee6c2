using System.CommandLine;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan train</c>: operations, memory, days and money of training, and the queries that take as much.</summary>
internal sealed class PlanTrainCommand(Terminal terminal)
{
    private static readonly TrainingOptions Default = new();

    private readonly PlannedChoice _model = new();
    private readonly Option<double?> _parameters = PlanNumbers.Large(
        "--parameters", "In place of --model, of a model of which only the size is known: 70B.", 1, 1e18);
    private readonly Option<double?> _tokens = PlanNumbers.Large("--tokens", "Tokens that it reads: 15T. [default: 20 a parameter, as Chinchilla]", 1, 1e18);
    private readonly Option<long?> _sequence = PlanNumbers.Position("--sequence",
        "Tokens of a training text. [default: the model's context, 8K at most]", 1);
    private readonly Option<string?> _hardware = new("--hardware")
    {
        Description = $"What it is trained on: {string.Join(", ", Accelerator.All.Where(one => !one.IsProcessor).Select(one => one.Name))}. " +
            $"[default: {Default.Hardware}]",
        HelpName = "NAME",
    };
    private readonly Option<long?> _gpus = NumberOption.Whole<long>("--gpus", $"How many of them. [default: {Default.Accelerators}]", 1, 1_000_000_000);
    private readonly Option<double?> _mfu = Share("--mfu", "The share of their operations a second that the model's own reach. [default: 0.4]");
    private readonly Option<double?> _uptime = Share("--uptime", "The share of the time in which they train: the rest is failures and restarts. [default: 1]");
    private readonly Option<double?> _price = NumberOption.Real("--price",
        "Dollars for an hour of one; without it the assumption that its entry has, if it has one.", price => price is >= 0 and <= 1e9, "a number from 0");
    private readonly Option<double?> _queryTokens = PlanNumbers.Large(
        "--query-tokens", "Tokens of a query, prompt and answer together. [default: 1000]", 1, 1e9);
    private readonly Option<double?> _queryMfu = Share("--query-mfu", "As --mfu, while queries are answered; without it as --mfu.");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object." };

    public Command Create()
    {
        Command command = new(
            "train", "Say what training a model takes: operations, memory, days and money; and after how many queries answering took as much.");
        _model.AddTo(command);
        foreach (Option option in (Option[])[_parameters, _tokens, _sequence, _hardware, _gpus, _mfu, _uptime, _price, _queryTokens, _queryMfu, _json])
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_parameters) is { Implicit: false } && _model.IsNamed(result))
                result.AddError("--parameters and --model exclude each other: a model's sizes say how many parameters it has.");
        });
        command.SetAction(Plan);
        return command;
    }

    private int Plan(ParseResult parsed)
    {
        TrainingOptions options = new()
        {
            Tokens = parsed.GetValue(_tokens) ?? 0,
            Hardware = parsed.GetValue(_hardware) ?? Default.Hardware,
            Accelerators = parsed.GetValue(_gpus) ?? Default.Accelerators,
            Utilisation = parsed.GetValue(_mfu) ?? Default.Utilisation,
            Uptime = parsed.GetValue(_uptime) ?? Default.Uptime,
            PricePerHour = parsed.GetValue(_price),
            Sequence = parsed.GetValue(_sequence) ?? 0,
            QueryTokens = parsed.GetValue(_queryTokens) ?? Default.QueryTokens,
            QueryUtilisation = parsed.GetValue(_queryMfu),
        };
        PlannedModel? model = parsed.GetValue(_parameters) is null ? _model.Open(parsed) : null;
        TrainingPlan plan = model is null
            ? TrainingPlan.For(parsed.GetValue(_parameters)!.Value, parsed.GetValue(_parameters)!.Value, options)
            : TrainingPlan.For(model.Shape, options);
        if (parsed.GetValue(_json)) PlanTrainJson.Write(terminal, plan);
        else PlanTrainText.Write(terminal, plan, model);
        return ExitCode.Done;
    }

    private static Option<double?> Share(string name, string description) =>
        NumberOption.Real(name, description, share => share is > 0 and <= 1, "a number above 0, at most 1");
}
