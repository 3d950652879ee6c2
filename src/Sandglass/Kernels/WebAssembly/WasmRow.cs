namespace Sandglass.Kernels.WebAssembly;

/// <summary>The kernels of rows as their callers in C# use them: each does as many whole sixteens as there are and says how many elements that was, 0 where
/// this process has no such kernel. What is left is the caller's.</summary>
internal static unsafe class WasmRow
{
    private static readonly nint[] Made = new nint[4];
    private static nint _weights;

    /// <summary><see cref="WasmRows.Kind.AddExps"/></summary>
    /// <param name="lanes">[16]</param>
    public static int AddExps(float* row, int count, float max, float* lanes) => Run(WasmRows.Kind.AddExps, row, count, max, lanes);

    /// <summary><see cref="WasmRows.Kind.AddExpsAndProducts"/></summary>
    /// <param name="lanes">[2, 16]</param>
    public static int AddExpsAndProducts(float* row, int count, float max, float* lanes) => Run(WasmRows.Kind.AddExpsAndProducts, row, count, max, lanes);

    /// <summary><see cref="WasmRows.Kind.Exps"/></summary>
    public static int Exps(float* row, int count, float max) => Run(WasmRows.Kind.Exps, row, count, max, null);

    /// <summary><see cref="WasmRows.Kind.SwiGlu"/></summary>
    public static int SwiGlu(float* gate, float* up, int count) => Run(WasmRows.Kind.SwiGlu, gate, count, 0, up);

    /// <summary>Whether <see cref="AddWeights"/> does anything.</summary>
    public static bool HasWeights => WasmKernels.IsFused;

    /// <summary>Adds the weights of a row, of all and of those from two floors up; see <see cref="WasmWeights"/>.</summary>
    /// <param name="sums">[3]</param>
    public static int AddWeights(float* row, int count, float max, float near, float middle, ulong* sums)
    {
        if (!HasWeights || count < 16) return 0;
        if (_weights == 0) _weights = WasmKernels.Place(WasmWeights.Write());
        if (_weights == 0) return 0;
        ulong* lanes = stackalloc ulong[6];
        WasmRowArguments arguments = new()
        {
            Row = (uint)row,
            Other = (uint)lanes,
            Rounds = (uint)count / 16,
            WideMax = max,
            Near = near,
            Middle = middle,
        };
        ((delegate* unmanaged<WasmRowArguments*, void>)_weights)(&arguments);
        for (int i = 0; i < 3; i++) sums[i] += lanes[2 * i] + lanes[2 * i + 1];
        return count & ~15;
    }

    private static int Run(WasmRows.Kind kind, float* row, int count, float max, float* other)
    {
        if (!WasmKernels.IsAllowed || count < 16) return 0;
        ref nint made = ref Made[(int)kind];
        if (made == 0) made = WasmKernels.Place(WasmRows.Write(kind, WasmKernels.IsFused));
        if (made == 0) return 0;
        WasmRowArguments arguments = new() { Row = (uint)row, Other = (uint)other, Rounds = (uint)count / 16, Max = max };
        ((delegate* unmanaged<WasmRowArguments*, void>)made)(&arguments);
        return count & ~15;
    }
}
