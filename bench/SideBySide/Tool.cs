using System.Diagnostics;

namespace Sandglass.SideBySide;

/// <summary>Another program, run to its end.</summary>
internal static class Tool
{
    /// <summary>What the program writes to standard output.</summary>
    /// <exception cref="InvalidOperationException">It could not start, or ended with another code than 0.</exception>
    public static async Task<string> OutputAsync(string[] command, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new InvalidOperationException($"{command[0]}: {failure.Message}");
        }
        using (process)
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation), error = process.StandardError.ReadToEndAsync(cancellation);
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);      // nothing may go on in the background and disturb what comes next
                throw;
            }
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {(await error).Trim().Split('\n')[^1]}");
            return await output;
        }
    }
}
