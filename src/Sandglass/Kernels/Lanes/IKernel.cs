namespace Sandglass.Kernels;

/// <summary>
/// A kernel with its arguments, as <see cref="KernelPath.Run{TKernel}(TKernel)"/> takes it: the plain twin, and one source for all vector widths.
/// </summary>
/// <remarks>
/// Implemented by structs, so the compiler emits one body for each kernel and width, and a call costs as much as a direct one. A result is kept in a field.
/// The loops are static methods: their arguments stay in registers, where a struct's fields would be read again after each store.
/// </remarks>
internal interface IKernel
{
    /// <summary>The plain twin: a loop that reads like the formula.</summary>
    void Scalar();

    /// <summary>The same bits in sixteen lanes.</summary>
    void Vector<L, F, I, B>()
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct;
}
