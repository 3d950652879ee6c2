using System.Diagnostics;
using System.Text.RegularExpressions;
using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

/// <summary>The tests of tests/clients, copied to where packages may be installed, with the packages that their lock file names.</summary>
internal static partial class NodeFolder
{
    private const int Oldest = 20;

    private static readonly TimeSpan Install = TimeSpan.FromMinutes(4), Patience = TimeSpan.FromMinutes(2);

    private static readonly Lazy<string> Made = new(Make);      // once, whoever asks first

    private static string Source => Path.Combine(Checkout.Folder, "tests", "clients");

    /// <summary>Why nothing of it can run here; null where it can.</summary>
    public static string? Lacks { get; } = Find();

    /// <summary>The files of tests.</summary>
    public static IEnumerable<string> Tests => Directory.GetFiles(Source, "*.test.js").Select(file => Path.GetFileName(file)).Order();

    /// <summary>Runs one of its files against a server.</summary>
    /// <returns>How many tests passed.</returns>
    public static int Run(string file, RunningServer server, IEnumerable<string> codes)
    {
        (string Name, string Value)[] environment =
        [
            ("SANDGLASS_URL", server.Client.BaseAddress!.ToString()), ("SANDGLASS_ERROR_CODES", string.Join(' ', codes)),
            ("NODE_NO_WARNINGS", "1"), ("OPENAI_API_KEY", ""), ("OPENAI_BASE_URL", ""), ("LANGSMITH_TRACING", "false"),
        ];
        (int code, string output) = Start("node", Made.Value, Patience, environment, "--test", "--test-reporter=tap", file);
        string failed = string.Join('\n', Failed().Matches(output).Select(match => match.Value));
        Assert.True(code == 0, $"{file}:\n{failed}\n{output[^Math.Min(output.Length, 2000)..]}");
        return int.Parse(Passed().Match(output).Groups[1].Value);
    }

    /// <summary>Runs a script of it to its end.</summary>
    public static void RunScript(string file, params string[] arguments)
    {
        (int code, string output) = Start("node", Made.Value, Patience, [("TZ", "UTC")], [file, .. arguments]);
        Assert.True(code == 0, $"{file}:\n{output[^Math.Min(output.Length, 2000)..]}");
    }

    private static string Make()
    {
        string folder = Path.Combine(Checkout.Folder, "tests", "Sandglass.Cli.Tests", "obj", "clients"), installed = Path.Combine(folder, "installed.json");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Source)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        string locked = File.ReadAllText(Path.Combine(folder, "package-lock.json"));
        if (File.Exists(installed) && File.ReadAllText(installed) == locked) return folder;

        string[] install = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error"];
        (int code, string output) = OperatingSystem.IsWindows()
            ? Start("cmd", folder, Install, [], ["/c", "npm", .. install])
            : Start("npm", folder, Install, [], install);
        Assert.True(code == 0, $"npm could not install the packages of {Source}; it needs its registry once.\n{output}");
        File.WriteAllText(installed, locked);
        return folder;
    }

    private static string? Find()
    {
        string needs = $"needs Node.js {Oldest} or newer, with npm";
        try
        {
            string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
            if (!Array.Exists(folders, folder => File.Exists(Path.Combine(folder, npm)))) return needs;
            (int code, string version) = Start("node", Checkout.Folder, Patience, [], "--version");
            return code == 0 && int.Parse(version.TrimStart('v').Split('.')[0]) >= Oldest ? null : $"{needs}; found {version.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return needs;
        }
    }

    private static (int Code, string Output) Start(
        string program, string folder, TimeSpan patience, (string Name, string Value)[] environment, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {patience.TotalSeconds} s.");
        }
        return (process.ExitCode, output.Result + error.Result);
    }

    [GeneratedRegex(@"^# pass (\d+)", RegexOptions.Multiline)]
    private static partial Regex Passed();

    [GeneratedRegex(@"^not ok .*\n(?:  .*\n)*", RegexOptions.Multiline)]
    private static partial Regex Failed();
}
