using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Sandglass.KernelBench;

if (args is ["choosing", ..])
{
    ChoosingBench.Run([49_152, 151_936], seconds: args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5);
    return;
}

// In this process: the kernels choose their width once a process, by SANDGLASS_KERNELS, and no project needs to be generated around the engine's internals.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
