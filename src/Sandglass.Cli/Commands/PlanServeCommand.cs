using System.CommandLine;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan serve</c>: texts at once, latency, throughput, waiting, machines and money for many users.</summary>
internal sealed class PlanServeCommand(Terminal terminal)
{
    private readonly PlannedChoice _model = new();
    private readonly ServingChoice _serving = new();
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a row." };

    public Command Create()
    {
        Command command = new("serve", "Say what serving many users takes: texts at once, latency against throughput, waiting, machines and money.");
        _model.AddTo(command);
        _serving.AddTo(command);
        command.Add(_json);
        command.SetAction(Plan);
        return command;
    }

    private Task<int> Plan(ParseResult parsed, CancellationToken cancellation)
    {
        ServingPlan plan;
        using (ProgressLine<ServingProgress> progress = new(terminal, p => ExperimentWords.Bar("serve", p.Share, $"load {p.Done + 1} of {p.Loads}")))
            plan = ServingPlan.For(_model.Open(parsed), _serving.Options(parsed), progress, cancellation);
        if (parsed.GetValue(_json)) PlanServeJson.Write(terminal, plan);
        else PlanServeText.Write(terminal, plan);
        return Task.FromResult(ExitCode.Done);
    }
}
