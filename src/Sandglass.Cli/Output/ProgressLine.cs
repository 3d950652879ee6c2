using System.Diagnostics;

namespace Sandglass.Cli;

/// <summary>One line on standard error that is rewritten while something takes long, and is gone afterwards. What is over quickly never shows it.</summary>
internal sealed class ProgressLine<T>(Terminal terminal, Func<T, string> text) : IProgress<T>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(80);

    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _shown;
    private bool _over = !terminal.ErrorCanRewrite;

    /// <summary>May be called from any thread.</summary>
    public void Report(T value)
    {
        if (_over || Stopwatch.GetElapsedTime(_started) < Patience) return;
        lock (_lock)
        {
            if (_over || (_shown != 0 && Stopwatch.GetElapsedTime(_shown) < Pace)) return;
            _shown = Stopwatch.GetTimestamp();
            string line = text(value);
            terminal.Error.Write($"\r\e[K{line[..Math.Min(line.Length, Terminal.Width - 1)]}");
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_over && _shown != 0) terminal.Error.Write("\r\e[K");
            _over = true;
        }
    }
}
