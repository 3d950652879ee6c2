using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Gate, up, activation and quantiser in one dispatch, against the four one after the other.</summary>
public sealed unsafe class GatedProductTests : IDisposable
{
    private const int Columns = 64;

    private readonly PagedMemory _memory = new();
    private readonly Random _random = new(1);

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData(1, 96, 1, false, false)]
    [InlineData(1, 2048, 2, true, false)]      // many pairs at once
    [InlineData(5, 160, 2, true, true)]
    [InlineData(64, 96, 1, false, true)]
    [InlineData(2 * Panels.TileTokens + 22, 96, 3, true, false)]   // two tiles and a piece of one
    public void Blocks_are_those_of_the_steps_one_after_the_other(int tokens, int rows, int threads, bool bias, bool gelu)
    {
        Activation activation = gelu ? Activation.GeluTanh : Activation.Silu;
        WeightMatrix gate = Matrix(TensorType.Q4_1, rows), up = Matrix(TensorType.Q8_0, rows);
        float[] x = Values(tokens * Columns), gateBias = Values(rows), upBias = Values(rows), expected = new float[tokens * rows + 16],
            beside = new float[tokens * rows + 16];
        using WorkerPool pool = new(threads);
        using MatMul product = new(pool);
        GatedProduct gated = new(pool);
        fixed (float* from = x, g = gateBias, u = upBias, a = expected, b = beside)
        {
            float* biasOfGate = bias ? g : null, biasOfUp = bias ? u : null;
            ActivationBlock[] found = new ActivationBlock[tokens * rows / 32];
            fixed (ActivationBlock* blocks = InBlocks.Of(from, Columns, tokens), to = found)
            {
                Activations input = new() { Blocks = blocks, Tokens = tokens, Columns = Columns },
                    output = new() { Blocks = to, Tokens = tokens, Columns = rows };
                Assert.True(GatedProduct.CanDo(input, gate, up, output));
                gated.Run(activation, input, gate, biasOfGate, up, biasOfUp, output);
                OneAfterTheOther(activation, product, input, gate, biasOfGate, up, biasOfUp, a, b);
            }
            Same(InBlocks.Of(a, rows, tokens), found);

            FineBlock[] fine = new FineBlock[tokens * rows / 32];
            fixed (FineBlock* blocks = InBlocks.OfFine(from, Columns, tokens), to = fine)
            {
                Activations input = new() { FineBlocks = blocks, Tokens = tokens, Columns = Columns },
                    output = new() { FineBlocks = to, Tokens = tokens, Columns = rows };
                gated.Run(activation, input, gate, biasOfGate, up, biasOfUp, output);
                OneAfterTheOther(activation, product, input, gate, biasOfGate, up, biasOfUp, a, b);
            }
            Same(InBlocks.OfFine(a, rows, tokens), fine);
        }
    }

    [Fact]
    public void Half_blocks_and_float_weights_are_left_to_the_steps()
    {
        ActivationBlock block;
        Activations some = new() { Blocks = &block, Tokens = 1, Columns = Columns };
        WeightMatrix gate = Matrix(TensorType.Q8_0, 96), half = Matrix(TensorType.Q8_0, 80), floats = Matrix(TensorType.F32, 96);
        Assert.True(GatedProduct.CanDo(some, gate, gate, some));
        Assert.False(GatedProduct.CanDo(some, half, half, some));
        Assert.False(GatedProduct.CanDo(some, gate, floats, some));
        Assert.False(GatedProduct.CanDo(some, gate, gate, new Activations()));
    }

    [Fact]
    public void Parts_cover_every_panel_once()
    {
        foreach (int panels in new[] { 1, 2, 3, 12, 35, 60, 1000 })
        {
            foreach (int tokens in new[] { 1, 8, 64, 256 })
            {
                for (int threads = 1; threads < 5; threads++)
                {
                    PanelParts parts = new(panels, tokens, threads);
                    List<int> all = [];
                    for (int part = 0; part < parts.Count; part++)
                    {
                        (int from, int to) = parts[part];
                        Assert.True(from % 2 == 0 || from == to);
                        all.AddRange(Enumerable.Range(from, to - from));
                    }
                    Assert.Equal(Enumerable.Range(0, panels), all.Order());
                }
            }
        }
    }

    private static void OneAfterTheOther(Activation activation, MatMul product, in Activations input, WeightMatrix gate, float* gateBias, WeightMatrix up,
        float* upBias, float* a, float* b)
    {
        product.Run(input, new MatMulTarget { Weights = gate, Bias = gateBias, Output = a }, new MatMulTarget { Weights = up, Bias = upBias, Output = b });
        GatedActivation.Apply(activation, a, b, input.Tokens * gate.Rows);
    }

    private static void Same<T>(T[] expected, T[] found) where T : unmanaged =>
        Assert.Equal(MemoryMarshal.AsBytes<T>(expected).ToArray(), MemoryMarshal.AsBytes<T>(found).ToArray());

    private WeightMatrix Matrix(TensorType type, int rows)
    {
        WeightMatrix matrix = new(Panels.For(type)!, rows, Columns, _memory);
        byte[] file = RandomBlocks.Rows(type, rows, Columns, _random);
        int rowBytes = file.Length / rows;
        fixed (byte* from = file)
        {
            for (int panel = 0; panel < matrix.PanelCount; panel++)
                matrix.Panels.Pack(from + panel * 16 * rowBytes, Math.Min(16, rows - 16 * panel), Columns, matrix.Panel(panel));
        }
        return matrix;
    }

    private float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(_random.NextDouble() - 0.5))];
}
