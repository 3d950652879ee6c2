using System.Collections.Concurrent;

namespace Sandglass.Kernels.MachineCode;

/// <summary>The kernels of one kind that were made so far, and where they stand.</summary>
/// <param name="write">The listing of a shape; on Windows the argument comes in rcx, elsewhere in rdi.</param>
internal sealed unsafe class MadeCode(Func<ByteDotShape, bool, ZmmCode> write)
{
    private readonly ConcurrentDictionary<ByteDotShape, Lazy<nint>> _made = new();  // lazy: workers that ask together get one page

    /// <summary>Where the kernel of a shape stands; 0 where the system gives no page for it.</summary>
    public nint At(ByteDotShape shape) => _made.GetOrAdd(shape, static (shape, made) => new Lazy<nint>(() => made.Make(shape)), this).Value;

    private nint Make(ByteDotShape shape) => (nint)CodePages.TryPlace(write(shape, !OperatingSystem.IsWindows()).Bytes);
}
