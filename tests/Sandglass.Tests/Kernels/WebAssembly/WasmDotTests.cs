using System.Runtime.InteropServices;
using Sandglass.Kernels;
using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Tests.Kernels.WebAssembly;

/// <summary>Products of quantised weights in WebAssembly against their plain twin, by bits.</summary>
public unsafe class WasmDotTests
{
    private const int Columns = 512, PanelCount = 3;

    public static TheoryData<TensorType, bool, int> Cases()
    {
        TheoryData<TensorType, bool, int> cases = [];
        foreach (TensorType type in (TensorType[])[TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.Q4_K, TensorType.Q6_K])
        {
            foreach (bool isFused in (bool[])[true, false]) cases.Add(type, isFused, isFused ? 5 : 1);
        }
        return cases;
    }

    [WasmTheory, MemberData(nameof(Cases))]
    public void Products_have_the_bits_of_the_plain_twin(TensorType type, bool isFused, int tokens)
    {
        Panels plain = Panels.For(type, KernelWidth.Scalar)!;
        long panelBytes = plain.PanelBytes(Columns);
        byte[] panels = new byte[PanelCount * panelBytes];
        ActivationBlock[] activations = new ActivationBlock[Columns / 32 * tokens];
        float[] sums = new float[tokens * PanelCount * Panels.Rows], expected = new float[sums.Length];
        Noise noise = new(11);
        foreach (ref float sum in sums.AsSpan()) sum = noise.Next() * 0.01f;
        sums.CopyTo(expected, 0);
        fixed (byte* panel = panels)
        fixed (ActivationBlock* blocks = activations)
        fixed (float* to = expected)
        {
            for (int i = 0; i < PanelCount; i++)
            {
                byte[] rows = Rows(type, noise);
                fixed (byte* file = rows) plain.Pack(file, Panels.Rows, Columns, panel + i * panelBytes);
            }
            for (int token = 0; token < tokens; token++)
            {
                float[] values = new float[Columns];
                for (int k = 0; k < Columns; k++) values[k] = noise.Next() * (k / 32 % 5 == 3 ? 0 : k % 37 == 0 ? 40 : 1);
                fixed (float* x = values) ActivationQuantizer.Scalar(x, Columns, blocks + token, tokens);
            }
            plain.MultiplyFast(panel, panelBytes, PanelCount, Columns, blocks, tokens, tokens, to);
        }

        WasmRun run = new();
        uint sumsAt = run.Put<float>(sums);
        WasmDotArguments arguments = new()
        {
            Panel = run.Put<byte>(panels),
            PanelBytes = (uint)panelBytes,
            Panels = PanelCount,
            Blocks = Columns / 32,
            Activations = run.Put<ActivationBlock>(activations),
            ActivationStride = (uint)(tokens * sizeof(ActivationBlock)),
            Tokens = (uint)tokens,
            Sums = sumsAt,
            SumStride = PanelCount * Panels.Rows * sizeof(float),
        };
        run.Run(WasmDot.Write(new WasmDotShape(type, isFused))!, run.Put<WasmDotArguments>([arguments]));

        Assert.Equal(Bits(expected), Bits(run.Take<float>(sumsAt, sums.Length)));
    }

    /// <summary>Random blocks as a file has them, with scales that a file may have.</summary>
    private static byte[] Rows(TensorType type, Noise noise)
    {
        int block = TensorGeometry.BlockBytes(type), count = Panels.Rows * Columns / TensorGeometry.BlockSize(type);
        byte[] rows = new byte[count * block];
        foreach (ref byte one in rows.AsSpan()) one = noise.NextByte();
        int[] halves = type switch { TensorType.Q4_1 or TensorType.Q4_K => [0, 2], TensorType.Q6_K => [208], _ => [0] };
        for (int i = 0; i < count; i++)
        {
            foreach (int at in halves)
            {
                Half scale = (Half)(noise.Next() * (i % 7 == 0 ? 1e-6f : 0.03f));       // some are subnormal
                MemoryMarshal.Write(rows.AsSpan(i * block + at), in scale);
            }
        }
        return rows;
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
