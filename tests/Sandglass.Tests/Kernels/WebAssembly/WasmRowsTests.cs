using System.Runtime.InteropServices;
using Sandglass.Kernels;
using Sandglass.Kernels.WebAssembly;
using Sandglass.Sampling;

namespace Sandglass.Tests.Kernels.WebAssembly;

/// <summary>What goes along rows in WebAssembly against its plain twin, by bits.</summary>
public unsafe class WasmRowsTests
{
    private const int Count = 4096;
    private const float Max = 3.5f;

    [WasmTheory, InlineData(false), InlineData(true)]
    public void Sums_of_exponentials(bool isFused)
    {
        float[] row = Row(1), lanes = Lanes(16), expected = [.. lanes];
        fixed (float* values = row, to = expected) Softmax.ScalarAddExps(values, Count, Max, to);
        Assert.Equal(Bits(expected), Bits(Run(WasmRows.Write(WasmRows.Kind.AddExps, isFused), row, lanes).Other));
    }

    [WasmTheory, InlineData(false), InlineData(true)]
    public void Sums_of_exponentials_and_their_products(bool isFused)
    {
        float[] row = Row(2), lanes = Lanes(32), expected = [.. lanes];
        fixed (float* values = row, to = expected) Entropy.ScalarAdd(values, Count, Max, to);
        Assert.Equal(Bits(expected), Bits(Run(WasmRows.Write(WasmRows.Kind.AddExpsAndProducts, isFused), row, lanes).Other));
    }

    [WasmTheory, InlineData(false), InlineData(true)]
    public void Exponentials_in_place(bool isFused)
    {
        float[] row = Row(3);
        float[] expected = [.. row.Select(x => Elementary.Exp(x - Max))];
        Assert.Equal(Bits(expected), Bits(Run(WasmRows.Write(WasmRows.Kind.Exps, isFused), row, new float[16]).Row));
    }

    [WasmTheory, InlineData(false), InlineData(true)]
    public void Gated_activations(bool isFused)
    {
        float[] gate = Row(4), up = Row(5), expected = [.. gate];
        fixed (float* to = expected, other = up) SwiGlu.Scalar(to, other, Count);
        Assert.Equal(Bits(expected), Bits(Run(WasmRows.Write(WasmRows.Kind.SwiGlu, isFused), gate, up).Row));
    }

    [WasmTheory, InlineData(-2.5f, -8f), InlineData(3.5f, float.MinValue)]
    public void Sums_of_the_weights_of_a_draw(float near, float middle)
    {
        float[] row = [.. Row(6).Select(x => MathF.Min(x, Max))];
        WeightSums expected;
        fixed (float* values = row) expected = WeightSums.Scalar(values, 0, Count, Max, near, middle);

        WasmRun run = new();
        WasmRowArguments arguments = new()
        {
            Row = run.Put<float>(row),
            Other = run.Put<ulong>(new ulong[6]),
            Rounds = Count / 16,
            WideMax = Max,
            Near = near,
            Middle = middle,
        };
        run.Run(WasmWeights.Write(), run.Put<WasmRowArguments>([arguments]));
        ulong[] lanes = run.Take<ulong>(arguments.Other, 6);

        Assert.Equal(expected, new WeightSums(lanes[0] + lanes[1], lanes[2] + lanes[3], lanes[4] + lanes[5]));
    }

    private static (float[] Row, float[] Other) Run(byte[] module, float[] row, float[] other)
    {
        WasmRun run = new();
        WasmRowArguments arguments = new() { Row = run.Put<float>(row), Other = run.Put<float>(other), Rounds = (uint)row.Length / 16, Max = Max };
        run.Run(module, run.Put<WasmRowArguments>([arguments]));
        return (run.Take<float>(arguments.Row, row.Length), run.Take<float>(arguments.Other, other.Length));
    }

    /// <summary>Logits of every kind: near the largest, far below, where e^x is subnormal or 0, and one that cannot come.</summary>
    private static float[] Row(uint seed)
    {
        Noise noise = new(seed);
        float[] row = new float[Count];
        float[] sizes = [90, 110, 1e-3f, 12, 12];
        for (int i = 0; i < Count; i++) row[i] = noise.Next() * sizes[i % sizes.Length];
        row[77] = float.NegativeInfinity;
        row[78] = 0;
        return row;
    }

    private static float[] Lanes(int count)
    {
        Noise noise = new(9);
        float[] lanes = new float[count];
        foreach (ref float lane in lanes.AsSpan()) lane = noise.Next();
        return lanes;
    }

    private static int[] Bits(float[] values) => [.. MemoryMarshal.Cast<float, int>(values)];
}
