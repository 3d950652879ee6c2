using System.CommandLine;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan</c>: what a model will need, before there is a machine for it. Alone it plans memory, or measures this machine.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal)
    {
        PlanMemoryCommand memory = new(terminal);
        CalibrateOption calibrate = new(terminal);
        Command group = new("plan", "Plan what a model will need; alone, how much memory.")
        {
            memory.Create(),
            new PlanTimeCommand(terminal).Create(),
            new PlanScaleCommand(terminal).Create(),
            new PlanTrainCommand(terminal).Create(),
            new PlanServeCommand(terminal).Create(),
            new PlanModelsCommand(terminal).Create(),
        };
        memory.AddTo(group);
        calibrate.AddTo(group);
        group.SetAction((parsed, cancellation) =>
            calibrate.IsAsked(parsed) ? calibrate.RunAsync(parsed, cancellation) : Task.FromResult(memory.Plan(parsed)));
        return group;
    }
}
