using System.CommandLine;
using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary>The machine that times are planned for: one by name, one that was measured, or this one.</summary>
internal sealed class MachineChoice
{
    private readonly Option<string?> _machine = new("--machine")
    {
        Description = $"What it runs on: {string.Join(", ", Accelerator.All.Select(one => one.Name))}, or a file that sandglass plan --calibrate wrote. " +
            "Without it this machine: as sandglass plan --calibrate measured it, or else by what it can do at best, measured in three seconds.",
        HelpName = "NAME|FILE",
    };
    private readonly Option<int?> _threads = NumberOption.Whole("--threads", "Threads, of a machine that was measured. [default: the most]", 1, 1024, "-t");

    /// <summary>Where a machine's measurement is kept without a name for it.</summary>
    public static string DefaultFile => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "sandglass", "machine.json");

    public void AddTo(Command command)
    {
        command.Add(_machine);
        command.Add(_threads);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_threads) is { Implicit: false } && result.GetValue(_machine) is string name && IsNamed(name))
                result.AddError($"--threads: {name} is known by its maker's figures, which are of the whole machine. Leave --threads out.");
        });
    }

    /// <summary>The machine that was chosen.</summary>
    public MachineSpeed Open(ParseResult parsed, CancellationToken cancellation)
    {
        int threads = parsed.GetValue(_threads) ?? 0;
        if (parsed.GetValue(_machine) is string given)
        {
            CommandLineWord.RefusePath(_machine.Name, given);
            return File.Exists(given) || given.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? MeasuredMachine.Open(given).With(threads)
                : MachineSpeed.Named(given);
        }
        return File.Exists(DefaultFile) ? MeasuredMachine.Open(DefaultFile).With(threads) : AtBest(threads, cancellation);
    }

    private static MachineSpeed AtBest(int threads, CancellationToken cancellation)
    {
        MachineLimits limits = MachineLimits.Measure([threads == 0 ? Environment.ProcessorCount : threads], cancellationToken: cancellation)[0];
        return new MachineSpeed
        {
            Name = "this",
            Title = "This machine at best",
            Source = "measured now: memory read, multiplications of int8 and of F32, by loops that do nothing else",
            Threads = limits.Threads,
            BytesPerSecond = limits.ReadBytes.PerSecond,
            OperationsPerSecond = limits.Fp32Operations.PerSecond,
            Int8OperationsPerSecond = limits.Int8Operations.PerSecond,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            StepTokens = MachineSpeed.EngineStepTokens,
        };
    }

    private static bool IsNamed(string name) => Accelerator.All.Any(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
