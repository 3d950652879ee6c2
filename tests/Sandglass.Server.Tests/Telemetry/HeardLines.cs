using Microsoft.Extensions.Logging;

namespace Sandglass.Server.Tests;

/// <summary>Keeps all that is logged.</summary>
internal sealed class HeardLines : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines) _lines.Add(formatter(state, exception));
    }

    /// <summary>The lines of the server's own once there are so many: each is written after its answer.</summary>
    public async Task<IReadOnlyList<string>> AtLeastAsync(int count)
    {
        for (int i = 0; ; i++)
        {
            lock (_lines) if (_lines.Count >= count) return [.. _lines];
            Assert.True(i < 500, "no line came");
            await Task.Delay(10);
        }
    }

    public void Dispose() { }
}
