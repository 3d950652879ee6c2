namespace Sandglass.ModelFiles;

/// <summary>Writes a file whole or not at all: beside its place first, then renamed.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<Stream> write)
    {
        path = Destination(path);
        if (Directory.Exists(path)) Fail.Throw("write-failed", path, "output", "a file", "a directory");
        string partial = $"{path}.{Environment.ProcessId}.partial";
        try
        {
            using (FileStream stream = new(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
                write(stream);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(partial);
            Fail.Throw("write-failed", path, "output", "a place that can be written", e.Message.TrimEnd('.'));
        }
        catch
        {
            Discard(partial);
            throw;
        }
    }

    /// <summary>Where a path leads in the end: a link is written through, not replaced; a device is no place for a file, and renaming onto one would destroy it.</summary>
    internal static string Destination(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0')) Fail.Throw("write-failed", path, "output", "the path of a file", "none");
        string end = Path.GetFullPath(path);
        try
        {
            end = File.ResolveLinkTarget(end, returnFinalTarget: true)?.FullName ?? end;
        }
        catch (IOException)
        {
            // nothing there yet, or a circle of links: opening it will say so
        }
        bool device = !OperatingSystem.IsWindows() && !IsUnder("/dev/shm/") && (IsUnder("/dev/") || IsUnder("/proc/") || IsUnder("/sys/"));
        if (device) Fail.Throw("write-failed", path, "output", "the path of a file", "a device");
        return end;

        bool IsUnder(string folder) => end.StartsWith(folder, StringComparison.Ordinal);
    }

    private static void Discard(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the first error is the one to report
        }
    }
}
