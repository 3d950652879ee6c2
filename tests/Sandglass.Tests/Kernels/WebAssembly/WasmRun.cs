using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sandglass.Tests.Kernels.WebAssembly;

/// <summary>A kernel run by Node.js, whose WebAssembly is a browser's, in a memory that a test fills and reads.</summary>
internal sealed class WasmRun
{
    private const int From = 65536;

    private readonly List<byte> _image = [];

    /// <summary>Why nothing can be run here; null where it can.</summary>
    public static string? Missing { get; } = Version() is string version && int.Parse(version.TrimStart('v').Split('.')[0]) >= 20
        ? null
        : "Node.js 20 or newer runs WebAssembly in this test, and there is none.";

    /// <summary>Puts values into the memory and returns their address.</summary>
    public uint Put<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        while (_image.Count % 64 != 0) _image.Add(0);
        uint address = (uint)(From + _image.Count);
        _image.AddRange(MemoryMarshal.AsBytes(values));
        return address;
    }

    /// <summary>Runs the kernel.</summary>
    public void Run(byte[] module, uint argument)
    {
        string folder = Directory.CreateTempSubdirectory("sandglass-wasm").FullName;
        try
        {
            string code = Path.Combine(folder, "code.wasm"), memory = Path.Combine(folder, "memory");
            File.WriteAllBytes(code, module);
            File.WriteAllBytes(memory, [.. _image]);
            string script = Path.Combine(Checkout.Folder, "tests", "Sandglass.Tests", "Kernels", "WebAssembly", "run.mjs");
            (int exit, string output) = Node("--experimental-wasm-relaxed-simd", script, code, memory, $"{argument}");
            Assert.True(exit == 0, output);
            _image.Clear();
            _image.AddRange(File.ReadAllBytes(memory));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Values as the kernel left them.</summary>
    public T[] Take<T>(uint address, int count)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(CollectionsMarshal.AsSpan(_image)[(int)(address - From)..])[..count].ToArray();

    private static string? Version()
    {
        try
        {
            return Node("--version") is (0, string version) ? version.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static (int Exit, string Output) Node(params string[] arguments)
    {
        using Process node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = node.StandardError.ReadToEndAsync();
        string output = node.StandardOutput.ReadToEnd() + error.Result;
        node.WaitForExit();
        return (node.ExitCode, output);
    }
}

/// <summary>A theory that needs Node.js.</summary>
internal sealed class WasmTheoryAttribute : TheoryAttribute
{
    public WasmTheoryAttribute() => Skip = WasmRun.Missing;
}
