using System.Text;

namespace Sandglass.ModelFiles;

/// <summary>Writes a file completely or not at all: first under another name in the same folder, then renamed.</summary>
internal static class WholeFile
{
    private const int MaxNameBytes = 255;       // the limit of all common file systems; without this check a longer name would fail after the writing

    public static void Write(string path, Action<Stream> write)
    {
        path = Destination(path);
        if (Directory.Exists(path)) Fail.Throw("write-failed", path, "output", "a file", "a directory");
        string? partial = null;
        EventHandler discard = (_, _) => Discard(partial);      // the process may be asked to end during the write
        AppDomain.CurrentDomain.ProcessExit += discard;
        try
        {
            using (FileStream stream = Create(path, out partial)) write(stream);
            RefuseSpecial(path);                                // it may have appeared during the write
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
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= discard;
        }
    }

    /// <summary>
    /// The final target of a path. A link is written through, not replaced. A pipe, a socket or a device is refused, since renaming a file onto it would
    /// destroy it.
    /// </summary>
    internal static string Destination(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0')) Fail.Throw("write-failed", path, "output", "the path of a file", "none");
        RefuseName(path);
        string end = Path.GetFullPath(path);
        try
        {
            end = File.ResolveLinkTarget(end, returnFinalTarget: true)?.FullName ?? end;
        }
        catch (IOException)
        {
            // nothing there yet, or a loop of links: opening it reports that
        }
        bool isSystems = !OperatingSystem.IsWindows() && !IsUnder("/dev/shm/") && (IsUnder("/dev/") || IsUnder("/proc/") || IsUnder("/sys/"));
        if (isSystems) Fail.Throw("write-failed", path, "output", "the path of a file", "a device or a file of the system's own");
        RefuseSpecial(end);
        return end;

        bool IsUnder(string folder) => end.StartsWith(folder, StringComparison.Ordinal);
    }

    private static void RefuseName(string path)
    {
        if (!FileKind.IsSpellable(path)) Fail.Throw("write-failed", path, "output", "a path that UTF-8 can spell", "one with a lone surrogate");
        int length = Encoding.UTF8.GetByteCount(Path.GetFileName(path));
        if (length > MaxNameBytes) Fail.Throw("write-failed", path, "output", $"a name of at most {MaxNameBytes} bytes", $"one of {length}");
    }

    private static void RefuseSpecial(string path)
    {
        if (FileKind.Special(path) is string special) Fail.Throw("write-failed", path, "output", "the path of a file", special);
    }

    /// <summary>Creates a file in the destination's folder, with a name so short that it is valid whatever the destination's name is.</summary>
    private static FileStream Create(string path, out string partial)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        for (int i = 0; ; i++)
        {
            partial = Path.Combine(folder, $".sandglass-{Environment.ProcessId}-{i}.partial");
            try
            {
                return new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
            }
            catch (IOException) when (i < 1000 && Path.Exists(partial))
            {
                // taken by another write of this process, or left by a killed process of the same id
            }
        }
    }

    private static void Discard(string? partial)
    {
        if (partial is null) return;
        try
        {
            File.Delete(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the original error is the one to report
        }
    }
}
