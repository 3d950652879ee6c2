using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Sandglass.Server;

/// <summary>Where log lines go.</summary>
public static class ServerLog
{
    /// <summary>Lines that wait for a reader of standard error; beyond them lines are dropped and counted, since no request may wait for a log.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>To standard error.</summary>
    /// <param name="log">Of the server.</param>
    /// <param name="json">One JSON object a line; else a line for a person.</param>
    public static void ToStandardError(ILoggingBuilder log, bool json)
    {
        ArgumentNullException.ThrowIfNull(log);
        log.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = json ? JsonLogLines.FormatterName : ConsoleFormatterNames.Simple;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = MostWaiting;
        });
        log.Services.AddSingleton<ConsoleFormatter>(new JsonLogLines(TimeProvider.System));
        log.Services.Configure<SimpleConsoleFormatterOptions>(text =>
        {
            text.SingleLine = true;
            text.TimestampFormat = "HH:mm:ss.fff ";
        });
    }
}
