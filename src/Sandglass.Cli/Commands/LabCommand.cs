using System.CommandLine;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab NAME</c>: small experiments that show how generation works, on a real model.</summary>
internal static class LabCommand
{
    public static Command Create(Terminal terminal) => new("lab", "Experiments that show how text is generated.")
    {
        new LabCacheCommand(terminal).Create(),
        new LabForkCommand(terminal).Create(),
        new LabTemperatureCommand(terminal).Create(),
        new LabRepetitionCommand(terminal).Create(),
        new LabDriftCommand(terminal).Create(),
        new LabSpeculationCommand(terminal).Create(),
        new LabQuantCommand(terminal).Create(),
        new LabWindowCommand(terminal).Create(),
        new LabBatchCommand(terminal).Create(),
        new LabForgetCommand(terminal).Create(),
        new LabMiddleCommand(terminal).Create(),
        new LabScaleCommand(terminal).Create(),
    };
}
