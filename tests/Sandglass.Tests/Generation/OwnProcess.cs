using System.Diagnostics;

namespace Sandglass.Tests.Generation;

/// <summary>Starts <see cref="Program"/> with one variable set.</summary>
internal static class OwnProcess
{
    private static readonly string[] Variables = ["SANDGLASS_KERNELS", "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    /// <summary>The width that ran, and the hashes that it gave.</summary>
    public static async Task<(string Kernels, string[] Hashes)> Hashes(string folder, (string Name, string Value) variable, bool isShort)
    {
        using Process process = Start(folder, variable, isShort);
        Task<string> complaint = process.StandardError.ReadToEndAsync();
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await complaint);
        return (lines[0], lines[1..]);
    }

    public static Process Start(string folder, (string Name, string Value) variable, bool isShort = false)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", typeof(Program).Assembly.Location, folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (isShort) start.ArgumentList.Add("short");
        foreach (string name in Variables) start.Environment.Remove(name);
        start.Environment[variable.Name] = variable.Value;
        return Process.Start(start)!;
    }
}
