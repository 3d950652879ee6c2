using System.Runtime.InteropServices;

namespace Sandglass.Cli;

/// <summary>
/// Ctrl-C, or any other signal that asks a process to end: the first one lets the command stop soon, print its figures and take away what is not whole;
/// the second one ends the process, and takes that away too.
/// </summary>
internal sealed class Interruption : IDisposable
{
    // beside those that the runtime has names for: SIGUSR1, SIGUSR2, SIGALRM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR.
    // By default each ends the process at once, and a file that is half written would stay.
    private static readonly int[] OthersOnLinux = [10, 12, 14, 16, 24, 25, 26, 27, 29, 30];

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Interruption()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT]) Register(signal);
        if (OperatingSystem.IsLinux())
            foreach (int signal in OthersOnLinux) Register((PosixSignal)signal);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    private void Register(PosixSignal signal) => _registrations.Add(PosixSignalRegistration.Create(signal, Cancel));

    private void Cancel(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (_source.IsCancellationRequested) Environment.Exit(ExitCode.Cancelled);      // runs what waits for the end of the process: partial files go
        _source.Cancel();
    }
}
