using System.CommandLine;
using Sandglass.Planning;
using Sandglass.Studies;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan --calibrate</c>: measures this machine once, for all plans of times.</summary>
internal sealed class CalibrateOption(Terminal terminal)
{
    private readonly Option<string?> _calibrate = new("--calibrate")
    {
        Description = "Measure how fast this machine is, for sandglass plan time, which takes a minute, and keep it in FILE. " +
            "[default: sandglass/machine.json in the user's folder for local data]",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public void AddTo(Command command) => command.Add(_calibrate);

    /// <summary>Whether that is asked for.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetResult(_calibrate) is not null;

    /// <summary>Measures and keeps.</summary>
    public async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string file = parsed.GetValue(_calibrate) ?? MachineChoice.DefaultFile;
        CommandLineWord.RefusePath(_calibrate.Name, file);
        MeasuredMachine machine;
        using (ProgressLine<string> progress = new(terminal, what => $"Measuring {what}"))
            machine = await MachineCalibration.MeasureAsync([1, Environment.ProcessorCount], progress: progress, cancellationToken: cancellation);
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is string folder && file == MachineChoice.DefaultFile) Directory.CreateDirectory(folder);
        machine.Save(file);

        IAnsiConsole console = Tables.Console(terminal);
        Table table = Tables.New("#Threads", "#Memory, bytes/s", "#int8, operations/s", "#F32, operations/s");
        foreach (MeasuredSpeed speed in machine.Speeds)
            table.AddRow(Amount.Whole(speed.Threads), Amount.Large(speed.BytesPerSecond), Amount.Large(speed.Int8OperationsPerSecond),
                Amount.Large(speed.Fp32OperationsPerSecond));
        Tables.Write(console, table);
        string how = file == MachineChoice.DefaultFile ? "" : $" by --machine {file}";
        terminal.Note($"{machine.Title}. Kept in {file}; sandglass plan time plans with it{how}.");
        return ExitCode.Done;
    }
}
