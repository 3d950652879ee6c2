using System.Collections.Concurrent;

namespace Sandglass.Kernels.MachineCode;

/// <summary>The kernels of one kind created so far, with their addresses.</summary>
/// <param name="write">The listing of a shape; on Windows the argument comes in rcx, elsewhere in rdi.</param>
internal sealed unsafe class MadeCode(Func<ByteDotShape, bool, ZmmCode> write)
{
    private readonly ConcurrentDictionary<ByteDotShape, Lazy<nint>> _made = new();  // lazy: concurrent requests share one page

    /// <summary>Address of the kernel of a shape; 0 where the system grants no page for it.</summary>
    public nint At(ByteDotShape shape) => _made.GetOrAdd(shape, static (shape, made) => new Lazy<nint>(() => made.Make(shape)), this).Value;

    private nint Make(ByteDotShape shape) => (nint)CodePages.TryPlace(write(shape, !OperatingSystem.IsWindows()).Bytes);
}
