using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Sandglass.Cli;

/// <summary>A native program has the instructions that it was compiled for and no others. Where the same one for AVX-512 lies beside it, and the processor has
/// that, it goes on as that one: an image for all processors holds both.</summary>
internal static class WiderProgram
{
    /// <summary>What its name has behind the other's.</summary>
    public const string Suffix = "-x86-64-v4";

    // the kernel tells of those that it lets programs use; the processor's own answer (cpuid) does not know of that
    private const string Processor = "/proc/cpuinfo", Words = "/proc/self/cmdline";

    /// <summary>Does not return where there is another to go on as: the process is then that one, with the same words, variables and open files. To be called
    /// before anything else.</summary>
    public static void GoOn()
    {
        if (RuntimeFeature.IsDynamicCodeSupported || !OperatingSystem.IsLinux() || !X86Base.X64.IsSupported || Vector512.IsHardwareAccelerated) return;
        string? wider = Beside(Environment.ProcessPath);
        if (wider is null || !File.Exists(Words) || !HasAvx512(Processor)) return;
        byte[] words = File.ReadAllBytes(Words);        // as they were given, in UTF-8 or not
        Execute([.. Encoding.UTF8.GetBytes(wider), 0], words);
    }

    /// <summary>The other one; null where there is none.</summary>
    /// <param name="program">This one; null where the system does not say: then nothing is looked for, since the name alone would be one in the working
    /// directory.</param>
    public static string? Beside(string? program) => program is not null && File.Exists(program + Suffix) ? program + Suffix : null;

    /// <summary>Whether programs may use all of x86-64-v4.</summary>
    /// <param name="file">Where the kernel tells of the processor.</param>
    public static bool HasAvx512(string file)
    {
        if (!File.Exists(file)) return false;
        string? flags = File.ReadLines(file).FirstOrDefault(static line => line.StartsWith("flags", StringComparison.Ordinal));
        return flags is not null && ((string[])["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]).All(flags.Split(' ').Contains);
    }

    /// <summary>Returns where the system does not take it: then this program goes on.</summary>
    private static void Execute(byte[] path, byte[] words)
    {
        GCHandle pinned = GCHandle.Alloc(words, GCHandleType.Pinned);
        try
        {
            List<nint> argv = [];
            for (int at = 0, end; at < words.Length && (end = words.AsSpan(at).IndexOf((byte)0)) >= 0; at += end + 1)
                argv.Add(pinned.AddrOfPinnedObject() + at);
            _ = Execv(path, [.. argv, 0]);
        }
        finally
        {
            pinned.Free();
        }
    }

    [DllImport("libc", EntryPoint = "execv")]
    private static extern int Execv(byte[] path, nint[] argv);
}
