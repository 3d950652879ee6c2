using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sandglass.Cli;

/// <summary>The three streams that a process is given, as the system describes them.</summary>
/// <remarks>
/// .NET's console switches a terminal to application mode when it is first asked for more than a plain stream (its width, its default writer), and takes
/// descriptor 0, 1 or 2 for the stream of that name even where the caller closed it and the runtime has since opened a pipe of its own in its place.
/// </remarks>
internal static class StandardStreams
{
    public const int Input = 0, Output = 1, Error = 2;

    private const int DescriptorFlags = 1, StatusFlags = 3;             // F_GETFD, F_GETFL
    private const int CloseOnExec = 1, AccessMode = 3, WriteOnly = 1;   // FD_CLOEXEC, O_ACCMODE, O_WRONLY
    private const nuint WindowSize = 0x5413;                            // TIOCGWINSZ of Linux

    /// <summary>
    /// Whether the caller left it open. A descriptor marked close-on-exec cannot have come from a caller: exec closes those. It is one that the runtime,
    /// which marks all of its own, opened in place of a closed one.
    /// </summary>
    public static bool IsOpen(int descriptor) =>
        OperatingSystem.IsWindows() || (Control(descriptor, DescriptorFlags) is >= 0 and int flags && (flags & CloseOnExec) == 0);

    /// <summary>Whether it can be read: <c>nohup</c> gives a standard input that is open for writing only.</summary>
    public static bool IsReadable(int descriptor) =>
        OperatingSystem.IsWindows() || (Control(descriptor, StatusFlags) is >= 0 and int flags && (flags & AccessMode) != WriteOnly);

    /// <summary>Standard input as it comes.</summary>
    public static Stream OpenInput()
    {
        if (!OperatingSystem.IsWindows() && new FileStream(Handle(Input), FileAccess.Read, bufferSize: 0) is { CanSeek: false } stream) return stream;
        return Console.OpenStandardInput();     // of a file, so that its position is shared with other readers
    }

    /// <summary>
    /// Standard output or error; writing fails where its reader is gone (the console's own stream swallows that, and a run into a closed pipe would go on).
    /// </summary>
    public static Stream OpenOutput(int descriptor)
    {
        if (!IsOpen(descriptor)) return new ClosedStream();
        if (!OperatingSystem.IsWindows() && new FileStream(Handle(descriptor), FileAccess.Write, bufferSize: 0) is { CanSeek: false } stream) return stream;
        // of a file, so that its position is shared with other writers
        return descriptor == Output ? Console.OpenStandardOutput() : Console.OpenStandardError();
    }

    /// <summary>Columns of the terminal that shows the output; null where there is none, or it does not say.</summary>
    public static int? Columns()
    {
        if (OperatingSystem.IsLinux())
        {
            foreach (int descriptor in (int[])[Output, Error])
                if (Ask(descriptor, WindowSize, out Size size) == 0 && size.Columns > 1) return size.Columns;
            return null;
        }
        return Console.WindowWidth is > 1 and int width ? width : null;
    }

    private static SafeFileHandle Handle(int descriptor) => new(descriptor, ownsHandle: false);

    [StructLayout(LayoutKind.Sequential)]
    private struct Size
    {
        public ushort Rows, Columns, Width, Height;
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int Control(int descriptor, int command);

    [DllImport("libc", EntryPoint = "ioctl")]
    private static extern int Ask(int descriptor, nuint request, out Size size);
}
