using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Which width of vector the kernels use. All widths give the same bits and differ only in speed.</summary>
public enum KernelWidth
{
    /// <summary>No vectors: the plain twin of every kernel.</summary>
    Scalar = 0,

    /// <summary>Vectors of 128 bits: SSE, NEON.</summary>
    Vector128 = 128,

    /// <summary>Vectors of 256 bits: AVX2 with FMA.</summary>
    Vector256 = 256,

    /// <summary>Vectors of 512 bits: AVX-512 F, BW, DQ and VL.</summary>
    Vector512 = 512,
}

/// <summary>The width in use: the widest that the processor has, or the one that <c>SANDGLASS_KERNELS=512|256|128|scalar</c> asks for.</summary>
public static class KernelPath
{
    /// <summary>Name of the environment variable that forces a width, for tests and bug reports.</summary>
    public const string Variable = "SANDGLASS_KERNELS";

    /// <summary>The widest that this processor and runtime have.</summary>
    public static KernelWidth Widest { get; } = FindWidest();

    /// <summary>The width in use.</summary>
    /// <exception cref="KernelPathException">The environment asks for a width that does not exist or that this processor lacks.</exception>
    public static KernelWidth Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Chosen.Width == Chosen.None ? Asked() : Chosen.Width;
    }

    /// <summary>The width in use as the tool reports it: <c>512</c>, <c>256</c>, <c>128</c> or <c>scalar</c>.</summary>
    public static string Name => NameOf(Current);

    /// <summary>Runs a kernel in the width in use and returns it, with its result if it has one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TKernel Run<TKernel>(TKernel kernel)
        where TKernel : struct, IKernel, allows ref struct => Run(Current, kernel);

    /// <summary>Runs a kernel in a width and returns it. The only place that maps widths to lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TKernel Run<TKernel>(KernelWidth width, TKernel kernel)
        where TKernel : struct, IKernel, allows ref struct
    {
        switch (width)
        {
            case KernelWidth.Vector512: kernel.Vector<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(); break;
            case KernelWidth.Vector256: kernel.Vector<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>(); break;
            case KernelWidth.Vector128: kernel.Vector<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>(); break;
            default: kernel.Scalar(); break;
        }
        return kernel;
    }

    /// <summary>Runs a kernel in F64 in the width in use and returns it, with its result if it has one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TKernel RunDoubles<TKernel>(TKernel kernel)
        where TKernel : struct, IDoubleKernel, allows ref struct
    {
        switch (Current)
        {
            case KernelWidth.Vector512: kernel.Vector<DoubleLanes512, Vector512<double>>(); break;
            case KernelWidth.Vector256: kernel.Vector<DoubleLanes256, Vector256<double>>(); break;
            case KernelWidth.Vector128: kernel.Vector<DoubleLanes128, Vector128<double>>(); break;
            default: kernel.Scalar(); break;
        }
        return kernel;
    }

    internal static KernelWidth Parse(string? asked, KernelWidth widest)
    {
        KernelWidth width = asked switch
        {
            null or "" => widest,
            "512" => KernelWidth.Vector512,
            "256" => KernelWidth.Vector256,
            "128" => KernelWidth.Vector128,
            "scalar" => KernelWidth.Scalar,
            _ => throw new KernelPathException("kernel-path", asked, "512, 256, 128 or scalar"),
        };
        if (width > widest) throw new KernelPathException("kernel-path", asked!, $"at most {NameOf(widest)}, the widest that this processor has");
        return width;
    }

    private static string NameOf(KernelWidth width) => width == KernelWidth.Scalar ? "scalar" : ((int)width).ToString();

    private static KernelWidth FindWidest()
    {
        // IsHardwareAccelerated covers the instructions that the runtime itself uses; those of our kernels are tested beside it.
        if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported && Avx512DQ.IsSupported) return KernelWidth.Vector512;
        if (Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported) return KernelWidth.Vector256;
        if (Vector128.IsHardwareAccelerated) return KernelWidth.Vector128;
        return KernelWidth.Scalar;
    }

    private static KernelWidth Asked() => Parse(Environment.GetEnvironmentVariable(Variable), Widest);

    // Set once, before anything reads it, so compiled code holds the width as a constant.
    // The initialiser does not throw: an invalid variable fails at each use with our exception instead of a type initialiser's.
    private static class Chosen
    {
        public const KernelWidth None = (KernelWidth)(-1);

        public static readonly KernelWidth Width = Find();

        private static KernelWidth Find()
        {
            try
            {
                return Asked();
            }
            catch (KernelPathException)
            {
                return None;
            }
        }
    }
}

/// <summary>The environment asks for kernels that cannot run here.</summary>
public sealed class KernelPathException : SandglassException
{
    internal KernelPathException(string code, string found, string expected)
        : base(code, $"{KernelPath.Variable}={found} cannot be used: expected {expected}. Unset it to let the processor decide.")
    {
        Found = found;
        Expected = expected;
    }

    /// <summary>What the variable says.</summary>
    public string Found { get; }

    /// <summary>What it may say on this machine.</summary>
    public string Expected { get; }
}
