using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

/// <summary><c>sandglass serve</c>, started as an operator starts it.</summary>
internal sealed class RunningServer : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;
    private bool _ended;

    private RunningServer(Process process, string line, Task<string> error)
    {
        (_process, Line, _error) = (process, line, error);
        Client = new HttpClient { BaseAddress = new Uri(JsonDocument.Parse(line).RootElement.GetProperty("listening").GetString()!) };
    }

    /// <summary>Its one line of standard output.</summary>
    public string Line { get; }

    /// <summary>Asks it.</summary>
    public HttpClient Client { get; }

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts one on a free port, and returns when it takes requests.</summary>
    public static RunningServer Start((string Name, string Value)[] environment, params string[] arguments) =>
        Begun(Tool.Start("env", environment, [.. Command, .. arguments]));

    /// <summary>Starts one whose standard error goes to a file.</summary>
    public static RunningServer StartLogging(string file, params string[] arguments) =>
        Begun(Tool.Start("sh", [], ["-c", "exec env \"$@\" 2>\"$0\"", file, .. Command, .. arguments]));

    // env: whoever runs the tests in the background has Ctrl-C ignored, and so would have what he starts
    private static string[] Command => ["--default-signal=INT", Tool.Path, "serve", "--port", "0", "--model", Tool.Small];

    private static RunningServer Begun(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        string? line = process.StandardOutput.ReadLine();
        if (line is null)
        {
            process.WaitForExit();
            Assert.Fail($"no server: {error.Result}");
        }
        return new RunningServer(process, line, error);
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    /// <summary>Waits for its end.</summary>
    public ToolRun End()
    {
        string rest = _process.StandardOutput.ReadToEnd();
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(60)), "the server did not end");
        _ended = true;
        return new ToolRun(_process.ExitCode, Encoding.UTF8.GetBytes(rest), _error.Result);
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_ended) _process.Kill();
        _process.Dispose();
    }
}
