using System.Text;

namespace Sandglass.ModelFiles;

/// <summary>Writes a file completely or not at all; says what may become one.</summary>
internal static class WholeFile
{
    private const int MaxNameBytes = 255;       // the limit of all common file systems; without this check a longer name would fail after the writing

    public static void Write(string path, Action<Stream> write)
    {
        using PartialFile file = new(path);
        file.Write(write);
        file.Complete();
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

    /// <summary>Fails where something is at a path that a file must not take the place of.</summary>
    internal static void RefuseSpecial(string path)
    {
        if (FileKind.Special(path) is string special) Fail.Throw("write-failed", path, "output", "the path of a file", special);
    }
}
