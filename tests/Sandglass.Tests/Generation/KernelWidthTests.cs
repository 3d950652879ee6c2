using System.Diagnostics;
using System.Runtime.InteropServices;
using Sandglass.Kernels;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Tests.Generation;

/// <summary>The promise across widths of vector, which a process chooses once: so each width runs in a process of its own.</summary>
public class KernelWidthTests(TypedModelFiles files, ReferenceBits reference) : IClassFixture<TypedModelFiles>, IClassFixture<ReferenceBits>
{
    private static bool OnX86 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>A variable, its value, and the widest vectors that it leaves.</summary>
    public static TheoryData<string, string, KernelWidth> Settings => new()
    {
        { KernelPath.Variable, "512", KernelWidth.Vector512 },
        { KernelPath.Variable, "256", KernelWidth.Vector256 },
        { KernelPath.Variable, "128", KernelWidth.Vector128 },
        { KernelPath.Variable, "scalar", KernelWidth.Scalar },
        { ByteDotKernels.Variable, "0", KernelPath.Widest },
        { "DOTNET_EnableAVX512", "0", KernelWidth.Vector256 },
        { "DOTNET_EnableAVX2", "0", KernelWidth.Vector128 },
        { "DOTNET_EnableHWIntrinsic", "0", KernelWidth.Scalar },
    };

    [Theory, MemberData(nameof(Settings))]
    public async Task Same_bits_on_every_width_of_vector(string variable, string value, KernelWidth leaves)
    {
        if (variable == KernelPath.Variable && leaves > KernelPath.Widest) return; // this processor has no such vectors, and says so: see below
        bool obeyed = OnX86 || leaves == KernelWidth.Scalar || variable == KernelPath.Variable; // the runtime's switches for x86 do nothing elsewhere
        KernelWidth expected = obeyed && leaves < KernelPath.Widest ? leaves : KernelPath.Widest;

        bool isShort = variable == "DOTNET_EnableHWIntrinsic";      // the slowest, and SANDGLASS_KERNELS=scalar runs the same loops over all lines
        (string kernels, string[] hashes) = await OwnProcess.Hashes(files.Folder, (variable, value), isShort);

        Assert.Equal(expected == KernelWidth.Scalar ? "scalar" : $"{(int)expected}", kernels);
        Assert.Equal(await reference.Of(files, isShort), hashes);
    }

    [Fact]
    public async Task A_width_that_does_not_exist_is_refused()
    {
        using Process process = OwnProcess.Start(files.Folder, (KernelPath.Variable, "1024"));
        string complaint = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains("SANDGLASS_KERNELS=1024", complaint);
    }
}
