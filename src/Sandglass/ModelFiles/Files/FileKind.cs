using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sandglass.ModelFiles;

/// <summary>Tells files from pipes, sockets and devices, and opens files in a way that never blocks the caller.</summary>
/// <remarks>
/// The BCL does not report the kind of a file, and opening a named pipe with it blocks until a writer comes. Linux is asked through <c>statx</c>, whose
/// layout is
/// the same on every processor. Other systems are not asked: every path counts as a file there.
/// </remarks>
internal static unsafe partial class FileKind
{
    private const int CurrentDirectory = -100, EmptyPath = 0x1000;                       // AT_FDCWD, AT_EMPTY_PATH
    private const uint TypeMask = 1;                                                     // STATX_TYPE
    private const int BufferBytes = 256, ModeOffset = 28;                                // struct statx, stx_mode
    private const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000;          // O_*
    private const int Interrupted = 4, NoSuchDevice = 6;                                 // EINTR, ENXIO (the error of opening a socket)

    /// <summary>
    /// The kind of a special file, for instance "a named pipe"; null for a file, a directory, a path with nothing there, and on systems that are not asked.
    /// </summary>
    public static string? Special(string path) => OperatingSystem.IsLinux() && !path.Contains('\0') ? Special(CurrentDirectory, path, 0) : null;

    /// <summary>
    /// Opens a file for reading. Never blocks and opens no device: the kind is checked before opening, and again on the descriptor, since the path may have
    /// come to mean another file in between.
    /// </summary>
    /// <exception cref="IOException">It is not a file, or it cannot be opened.</exception>
    public static SafeFileHandle OpenToRead(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        Refuse(Special(path));
        int descriptor;
        do descriptor = Open(path, ReadOnly | NonBlocking | CloseOnExec);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException(error == NoSuchDevice ? "a socket" : Marshal.GetPInvokeErrorMessage(error));
        }
        SafeFileHandle file = new(descriptor, ownsHandle: true);
        try
        {
            Refuse(Special(descriptor, "", EmptyPath));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether UTF-8 can spell a path. The runtime would pass U+FFFD in place of a lone surrogate, which names another file.</summary>
    public static bool IsSpellable(string path)
    {
        for (int i = 0; i < path.Length; i++)
        {
            if (!char.IsSurrogate(path[i])) continue;
            if (i + 1 == path.Length || !char.IsSurrogatePair(path[i], path[i + 1])) return false;
            i++;
        }
        return true;
    }

    private static void Refuse(string? special)
    {
        if (special is not null) throw new IOException(special);
    }

    private static string? Special(int folder, string path, int flags)
    {
        byte* buffer = stackalloc byte[BufferBytes];
        try
        {
            if (Status(folder, path, flags, TypeMask, buffer) != 0) return null;     // nothing there, or no permission: opening it reports that
        }
        catch (EntryPointNotFoundException)
        {
            return null;                                                         // a C library before statx (glibc 2.28)
        }
        return (*(ushort*)(buffer + ModeOffset) & 0xF000) switch                 // S_IFMT
        {
            0x1000 => "a named pipe",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);
}
