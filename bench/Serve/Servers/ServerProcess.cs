using System.ComponentModel;
using System.Diagnostics;
using Sandglass.ServeBench.Client;

namespace Sandglass.ServeBench.Servers;

/// <summary>A server that this program started.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int LinesKept = 20;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Queue<string> _lastLines = [];
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <exception cref="InvalidOperationException">It could not be started.</exception>
    public ServerProcess(string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string own in Sockets.Variables) start.Environment.Remove(own);
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new InvalidOperationException($"{command[0]}: {failure.Message}");
        }
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => { if (line.Data is not null) _firstLine.TrySetResult(line.Data); };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The first line of standard output; ends with an error when the process does before it.</summary>
    public async Task<string> FirstLineAsync(CancellationToken cancellation)
    {
        Task ended = _process.WaitForExitAsync(cancellation);
        await Task.WhenAny(_firstLine.Task, ended);
        if (!_firstLine.Task.IsCompleted) Throw();
        return await _firstLine.Task;
    }

    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited) Throw();
    }

    /// <summary>Processor time that it took so far, of all its threads.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory that is resident, in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Asks it to end, and makes it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            try
            {
                using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
                await _process.WaitForExitAsync().WaitAsync(Farewell);
            }
            catch (Exception failure) when (failure is TimeoutException or Win32Exception)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > LinesKept) _lastLines.Dequeue();
        }
    }

    private void Throw()
    {
        string said;
        lock (_lastLines) said = string.Join(" | ", _lastLines);
        throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}: {said}");
    }
}
