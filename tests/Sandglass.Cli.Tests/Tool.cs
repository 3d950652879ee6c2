using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

/// <summary>How one start of the tool went.</summary>
internal sealed record ToolRun(int Code, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Each line as JSON; a line that is none fails the test.</summary>
    public JsonElement[] Json => [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public JsonElement Last => Json[^1];

    /// <summary>This run, which must have ended well.</summary>
    public ToolRun Done()
    {
        Assert.True(Code == 0, $"exit code {Code}: {Error}");
        return this;
    }
}

/// <summary>The executable that <c>SANDGLASS_TOOL</c> names, else the one built beside the tests, started as anybody starts it.</summary>
internal static class Tool
{
    public const string Small = "embedded:grain-1m";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static string Path { get; } = Environment.GetEnvironmentVariable("SANDGLASS_TOOL") is { Length: > 0 } named
        ? System.IO.Path.GetFullPath(named)
        : System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "sandglass.exe" : "sandglass");

    public static ToolRun Run(params string[] arguments) => Run([], [], arguments);

    public static ToolRun RunWithInput(byte[] input, params string[] arguments) => Run(input, [], arguments);

    public static ToolRun RunWith((string Name, string Value)[] environment, params string[] arguments) => Run([], environment, arguments);

    public static Process Start(string file, (string Name, string Value)[] environment, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = new UTF8Encoding(false),
        };
        foreach (string name in (string[])["SANDGLASS_MODEL", "SANDGLASS_KERNELS", "NO_COLOR"]) start.Environment.Remove(name);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static ToolRun Run(byte[] input, (string Name, string Value)[] environment, string[] arguments)
    {
        using Process process = Start(Path, environment, arguments);
        return Finish(process, input);
    }

    public static ToolRun Finish(Process process, byte[] input)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        Task copy = process.StandardOutput.BaseStream.CopyToAsync(output);
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // the tool ended without reading its input
        }
        if (!process.WaitForExit(Patience) || !copy.Wait(Patience))
        {
            process.Kill();
            Assert.Fail("the tool did not end");
        }
        return new ToolRun(process.ExitCode, output.ToArray(), error.Result);
    }
}
