using System.Runtime.InteropServices;

namespace Sandglass.Cli;

/// <summary>
/// Ctrl-C, or any other signal that asks a process to end. The first one cancels the command, which stops soon, prints its figures and deletes
/// incomplete files; the second one ends the process, which deletes them too.
/// </summary>
/// <param name="clock">By which signals follow each other at once; null for the machine's.</param>
internal sealed class Interruption(TimeProvider? clock = null) : IDisposable
{
    // those that the runtime has no names for: SIGUSR1, SIGUSR2, SIGALRM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR.
    // By default each ends the process at once and would leave an incomplete file.
    private static readonly int[] OthersOnLinux = [10, 12, 14, 16, 24, 25, 26, 27, 29, 30];

    private static readonly TimeSpan Insistence = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private CancellationTokenSource? _part;
    private bool _forgives;
    private long? _partEnded, _forgiven;

    /// <summary>From here on signals come here.</summary>
    public void Listen()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT]) Register(signal);
        if (OperatingSystem.IsLinux())
            foreach (int signal in OthersOnLinux) Register((PosixSignal)signal);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>As a first signal does.</summary>
    public void Raise() => _source.Cancel();

    /// <summary>Until the result is disposed of, Ctrl-C ends a part of the command and not all of it; where another one follows at once, all.</summary>
    public IDisposable Redirect(CancellationTokenSource part)
    {
        _part = part;
        return new Redirection(this);
    }

    /// <summary>From here on a Ctrl-C between two parts is taken for one that was meant for the part before: it ends nothing; where another one follows at
    /// once, all.</summary>
    public void ForgiveLate() => _forgives = true;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    private void Register(PosixSignal signal) => _registrations.Add(PosixSignalRegistration.Create(signal, Cancel));

    /// <summary>What a signal does.</summary>
    internal void Cancel(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (signal.Signal == PosixSignal.SIGINT && (EndsPart() || IsForgiven())) return;
        if (_source.IsCancellationRequested) Environment.Exit(ExitCode.Cancelled);      // raises ProcessExit, which deletes incomplete files
        _source.Cancel();
    }

    private bool EndsPart()
    {
        if (IsRecent(_partEnded) || Interlocked.Exchange(ref _part, null) is not CancellationTokenSource part) return false;
        _partEnded = _clock.GetTimestamp();
        try
        {
            part.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it ended by itself between these two lines
        }
        return true;
    }

    private bool IsForgiven()
    {
        if (!_forgives || IsRecent(_partEnded) || IsRecent(_forgiven)) return false;
        _forgiven = _clock.GetTimestamp();
        return true;
    }

    private bool IsRecent(long? then) => then is long begin && _clock.GetElapsedTime(begin) < Insistence;

    private sealed class Redirection(Interruption interruption) : IDisposable
    {
        public void Dispose() => interruption._part = null;
    }
}
