namespace Sandglass.Kernels.MachineCode;

/// <summary>The peak rate of <c>vpdpbusd</c>: a loop of nothing else, limited by neither memory nor latency.</summary>
internal static unsafe class ByteDotPeak
{
    /// <summary>Multiplications and additions of one iteration.</summary>
    public const int Operations = Sums * 64 * 2;

    private const int Sums = 12;    // independent: an instruction takes 4 to 5 cycles and up to two may begin in each
    private static readonly Zmm Codes = new(0), Activations = new(1);
    private static readonly Lazy<nint> Made = new(Make);

    /// <summary>Runs this many iterations; null where this process has no machine code.</summary>
    public static delegate* unmanaged<long, void> Loop => (delegate* unmanaged<long, void>)Made.Value;

    internal static ZmmCode Write(bool argumentInRdi)
    {
        ZmmCode code = new();
        if (argumentInRdi) code.RcxFromRdi();
        code.Zero(Codes);
        code.Zero(Activations);
        for (int sum = 0; sum < Sums; sum++)
            code.Zero(new(16 + sum));
        int turn = code.Here;
        for (int sum = 0; sum < Sums; sum++)
            code.DotBytes(new(16 + sum), Codes, Activations);
        code.CountDown(Gpr.Rcx, turn);
        code.Return();
        return code;
    }

    private static nint Make() => ByteDotKernels.IsAllowed ? (nint)CodePages.TryPlace(Write(argumentInRdi: !OperatingSystem.IsWindows()).Bytes) : 0;
}
