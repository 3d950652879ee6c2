using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels.WebAssembly;

/// <summary>The kernels that this process has written for itself in WebAssembly, as functions. Where it may not, those in C# do the same.</summary>
internal static unsafe class WasmKernels
{
    private static readonly Dictionary<TensorType, nint> Dots = [];     // one thread: what is WebAssembly has no second

    /// <summary>Whether this is WebAssembly, and the environment does not forbid it.</summary>
    public static bool IsAllowed { get; } = Host.PlaceModule is not null && Environment.GetEnvironmentVariable(ByteDotKernels.Variable) != "0";

    /// <summary>Whether relaxed_madd rounds once here.</summary>
    public static bool IsFused { get; } = IsAllowed && WasmTrial.IsFused();

    /// <summary>The product of a type; null for none.</summary>
    public static delegate* unmanaged<WasmDotArguments*, void> Dot(TensorType type)
    {
        if (!IsAllowed) return null;
        if (!Dots.TryGetValue(type, out nint made)) Dots[type] = made = Place(WasmDot.Write(new WasmDotShape(type, IsFused)));
        return (delegate* unmanaged<WasmDotArguments*, void>)made;
    }

    /// <summary>The address of a module's function; 0 for none.</summary>
    public static nint Place(byte[]? module) => module is null ? 0 : Host.PlaceModule!(module);
}
