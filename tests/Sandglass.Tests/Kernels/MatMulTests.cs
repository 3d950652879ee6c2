using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Whole products in F32, against the sum written out: runs of columns, tiles of tokens, odd panels, bias and residual, several threads.</summary>
public unsafe class MatMulTests
{
    [Theory]
    [InlineData(1, 37, 45, 1, true)]
    [InlineData(2, 37, 45, 2, false)]
    [InlineData(12, 37, 1700, 2, true)]     // one tile
    [InlineData(13, 70, 1700, 3, true)]     // 7 and 6; three runs
    [InlineData(50, 16, 769, 2, false)]
    [InlineData(300, 37, 600, 3, true)]     // more than the sums have room for at once
    public void A_product_in_f32_is_the_sum_in_order(int tokens, int rows, int columns, int threads, bool add)
    {
        Random random = new(tokens);
        float[] weights = Values(rows * columns, random), x = Values(tokens * columns, random), bias = Values(rows, random),
            output = Values(tokens * rows, random);
        float[] expected = new float[output.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            float sum = 0;
            for (int k = 0; k < columns; k++)
                sum = MathF.FusedMultiplyAdd(weights[i % rows * columns + k], x[i / rows * columns + k], sum);
            sum += bias[i % rows];
            expected[i] = add ? output[i] + sum : sum;
        }

        using WorkerPool pool = new(threads);
        using MatMul product = new(pool);
        WeightMatrix matrix = new(Panels.For(TensorType.F32)!, rows, columns, new PagedMemory());
        fixed (float* w = weights, from = x, added = bias, to = output)
        {
            for (int panel = 0; panel < matrix.PanelCount; panel++)
                matrix.Panels.Pack((byte*)(w + panel * 16 * columns), Math.Min(16, rows - 16 * panel), columns, matrix.Panel(panel));
            product.Run(new Activations { Values = from, Tokens = tokens, Columns = columns },
                new MatMulTarget { Weights = matrix, Bias = added, Output = to, Add = add });
        }

        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), output.Select(BitConverter.SingleToInt32Bits));
    }

    [Theory, InlineData(TensorType.Q4_1, true), InlineData(TensorType.Q8_0, false)]
    public void A_product_in_integers_of_many_tokens_is_that_of_each_alone(TensorType type, bool add)
    {
        const int Tokens = Panels.TileTokens + 44, Rows = 37, Columns = 96;     // a tile and a piece; three panels, the last of five rows
        Random random = new(8);
        float[] x = Values(Tokens * Columns, random), bias = Values(Rows, random), together = Values(Tokens * Rows, random), alone = [.. together];
        byte[] file = RandomBlocks.Rows(type, Rows, Columns, random);
        using WorkerPool pool = new(2);
        using MatMul product = new(pool);
        using PagedMemory memory = new();
        WeightMatrix matrix = new(Panels.For(type)!, Rows, Columns, memory);
        fixed (byte* rows = file)
        {
            for (int panel = 0; panel < matrix.PanelCount; panel++)
                matrix.Panels.Pack(rows + panel * 16 * (file.Length / Rows), Math.Min(16, Rows - 16 * panel), Columns, matrix.Panel(panel));
        }
        fixed (float* from = x, added = bias, all = together, each = alone)
        fixed (ActivationBlock* blocks = new ActivationBlock[Tokens * Columns / 32], one = new ActivationBlock[Columns / 32])
        {
            for (int token = 0; token < Tokens; token++)
                ActivationQuantizer.Quantize(from + token * Columns, Columns, blocks + token, Tokens);
            product.Run(new Activations { Blocks = blocks, Tokens = Tokens, Columns = Columns },
                new MatMulTarget { Weights = matrix, Bias = added, Output = all, Add = add });
            for (int token = 0; token < Tokens; token++)
            {
                ActivationQuantizer.Quantize(from + token * Columns, Columns, one, 1);
                product.Run(new Activations { Blocks = one, Tokens = 1, Columns = Columns },
                    new MatMulTarget { Weights = matrix, Bias = added, Output = each + token * Rows, Add = add });
            }
        }

        Assert.Equal(alone.Select(BitConverter.SingleToInt32Bits), together.Select(BitConverter.SingleToInt32Bits));
    }

    private static float[] Values(int count, Random random)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        return values;
    }
}
