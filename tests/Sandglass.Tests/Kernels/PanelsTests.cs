using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Every type's panels: the values of the file, and the same sums whatever the width of the vectors.</summary>
public sealed unsafe class PanelsTests : IDisposable
{
    private readonly PagedMemory _memory = new();   // of one test: a kernel sees pointers only, so nothing else keeps it

    public void Dispose() => _memory.Dispose();

    public static TheoryData<TensorType> Types =>
    [
        TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1,
        TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K,
    ];

    private static readonly ComputeMode[] InIntegers = [ComputeMode.Fast, ComputeMode.Fine];

    private static IEnumerable<KernelWidth> Vectors =>
        new[] { KernelWidth.Vector128, KernelWidth.Vector256, KernelWidth.Vector512 }.Where(width => width <= KernelPath.Widest);

    [Fact]
    public void The_list_of_computed_types_is_what_panels_and_dequantiser_have()
    {
        foreach (TensorType type in Enum.GetValues<TensorType>())
            Assert.Equal(ComputedTypes.All.Contains(type), Panels.For(type) is not null);
        foreach (TensorType type in ComputedTypes.All)
            Dequantizer.Dequantize(type, new byte[TensorGeometry.BlockBytes(type)], new float[TensorGeometry.BlockSize(type)]); // throws if it lacks one
    }

    [Theory, MemberData(nameof(Types))]
    public void Rows_read_from_panels_are_the_dequantised_rows_of_the_file(TensorType type)
    {
        Random random = new(1);
        int columns = Columns(type) * 3;
        const int Rows = 37; // two whole panels and five rows of a third
        byte[] file = RandomBlocks.Rows(type, Rows, columns, random);
        float[] expected = new float[Rows * columns];
        Dequantizer.Dequantize(type, file, expected);

        WeightMatrix matrix = Pack(type, KernelWidth.Scalar, file, Rows, columns);
        float[] row = new float[columns];
        for (int r = 0; r < Rows; r++)
        {
            fixed (float* to = row) matrix.ReadRow(r, to);
            Assert.Equal(expected[(r * columns)..((r + 1) * columns)], row);
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Panels_are_about_the_size_of_the_file(TensorType type)
    {
        int columns = Columns(type) * 8;
        long file = 16L * columns / TensorGeometry.BlockSize(type) * TensorGeometry.BlockBytes(type);

        Assert.InRange(Panels.For(type, KernelWidth.Scalar)!.PanelBytes(columns), file, (long)(1.05 * file));
    }

    [Theory, MemberData(nameof(Types))]
    public void Exact_sums_are_equal_by_bits_for_every_width_and_batch(TensorType type)
    {
        Random random = new(2);
        // over what is widened at once, float types with a tail
        int columns = Columns(type) * (type.ToString().EndsWith('K') ? 2 : 9) + (Panels.For(type)!.Quantized ? 0 : 13);
        byte[] file = RandomBlocks.Rows(type, 32, columns, random);
        const int Tokens = 27;
        float[] x = Activations(Tokens, columns, random);
        float[] expected = Exact(type, KernelWidth.Scalar, file, columns, x, Tokens);

        Assert.All(expected, value => Assert.False(float.IsNaN(value)));
        foreach (KernelWidth width in Vectors)
        {
            for (int tokens = 1; tokens <= Tokens; tokens++)
                Assert.Equal(Bits(expected.AsSpan(0, 32 * tokens)), Bits(Exact(type, width, file, columns, x, tokens)));
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void One_panel_gives_what_it_gives_beside_another(TensorType type)
    {
        Random random = new(7);
        int columns = Columns(type) * 2;
        byte[] file = RandomBlocks.Rows(type, 32, columns, random);
        byte[] second = file[(file.Length / 2)..];
        for (int tokens = 1; tokens <= 13; tokens++)
        {
            float[] x = Activations(tokens + 1, columns, random);
            float[] expected = Exact(type, KernelWidth.Scalar, file, columns, x, tokens);
            foreach (KernelWidth width in Vectors)
            {
                float[] alone = Exact(type, width, second, columns, x, tokens);
                for (int token = 0; token < tokens; token++)
                    Assert.Equal(Bits(expected.AsSpan(32 * token + 16, 16)), Bits(alone.AsSpan(16 * token, 16)));
            }
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Four_panels_at_once_give_what_each_gives_alone(TensorType type)
    {
        Random random = new(6);
        int columns = Panels.For(type)!.Quantized ? Columns(type) * 2 : 2 * 1024 + 5; // F16 goes in runs of 1024
        byte[] file = RandomBlocks.Rows(type, 64, columns, random);
        float[] x = Activations(2, columns, random)[columns..];
        x[5] = 65535.996f;          // times 2^112 the last that is finite
        foreach (float largest in new[] { 1f, 65536f, 1e30f })
        {
            x[columns / 2] = largest;
            x[^3] = -largest;
            FourAtOnce(type, file, columns, x);
        }
    }

    private void FourAtOnce(TensorType type, byte[] file, int columns, float[] x)
    {
        float[] expected = new float[64], found = new float[64];
        fixed (float* from = x, one = expected, four = found)
        {
            {
                WeightMatrix matrix = Pack(type, KernelWidth.Scalar, file, 64, columns);
                for (int panel = 0; panel < 4; panel++)
                    matrix.Panels.MultiplyExact(matrix.Panel(panel), matrix.PanelBytes, 1, columns, from, 1, 1, one + 16 * panel);
            }
            foreach (KernelWidth width in Vectors.Append(KernelWidth.Scalar))
            {
                WeightMatrix matrix = Pack(type, width, file, 64, columns);
                for (int count = 1; count <= 4; count++)
                {
                    Array.Clear(found);
                    matrix.Panels.MultiplyExactOne(matrix.Panel(0), matrix.PanelBytes, count, columns, from, four);
                    Assert.Equal(Bits(expected.AsSpan(0, 16 * count)), Bits(found.AsSpan(0, 16 * count)));
                }
            }
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Fast_and_fine_sums_are_equal_by_bits_for_every_width_and_batch(TensorType type)
    {
        if (!Panels.For(type)!.Quantized) return; // multiplied in F32 either way
        Random random = new(3);
        const int Tokens = 19, columns = 32 * 32;                   // the element kept apart stands in every column of a block once
        byte[] file = RandomBlocks.Rows(type, 16, columns, random);
        float[] x = Activations(Tokens, columns, random);
        for (int i = 0; i < x.Length; i += 32)
            x[i + (5 * (i / 32) + i / columns) % 32] = random.Next(2) == 0 ? -400 : 700;
        foreach (ComputeMode mode in InIntegers)
        {
            float[] expected = Product(mode, type, KernelWidth.Scalar, file, columns, x, Tokens);
            foreach (KernelWidth width in Vectors)
            {
                Assert.Equal(Bits(expected), Bits(Product(mode, type, width, file, columns, x, Tokens)));
                Assert.Equal(Bits(expected.AsSpan(0, 16)), Bits(Product(mode, type, width, file, columns, x, 1)));               // the first of several
                Assert.Equal(Bits(expected.AsSpan(0, 16)), Bits(Product(mode, type, width, file, columns, x[..columns], 1)));    // alone
            }
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Two_panels_at_once_give_what_the_plain_twin_gives(TensorType type)
    {
        if (!Panels.For(type)!.Quantized) return;
        Random random = new(8);
        int columns = Columns(type) * 3;
        byte[] file = RandomBlocks.Rows(type, 32, columns, random);
        float[] x = Activations(Panels.TileTokens, columns, random);
        foreach (ComputeMode mode in InIntegers)
        {
            float[] expected = Product(mode, type, KernelWidth.Scalar, file, columns, x, Panels.TileTokens, count: 2);
            foreach (KernelWidth width in Vectors)
            {
                foreach (int tokens in (int[])[.. Enumerable.Range(1, 18), 71, 72, Panels.TileTokens - 1, Panels.TileTokens])
                    Assert.Equal(Bits(expected.AsSpan(0, 32 * tokens)), Bits(Product(mode, type, width, file, columns, x, tokens, count: 2)));
            }
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void What_is_not_finite_spoils_the_same_sums_on_every_width(TensorType type)
    {
        if (!Panels.For(type)!.Quantized) return;
        int columns = Columns(type) * 2;
        byte[] file = RandomBlocks.Rows(type, 32, columns, new Random(9));
        float[] x = Activations(3, columns, new Random(10));
        x[40] = float.NaN;
        x[columns + 41] = float.PositiveInfinity;               // one alone is kept apart, and multiplied with its own weight
        float[] expected = Product(ComputeMode.Fast, type, KernelWidth.Scalar, file, columns, x, 3, count: 2);
        Assert.All(expected[..32], value => Assert.True(float.IsNaN(value)));
        Assert.All(expected[64..], value => Assert.True(float.IsFinite(value)));
        foreach (KernelWidth width in Vectors)
        {
            for (int tokens = 1; tokens <= 3; tokens++)     // NaN equals NaN here, whatever its bits
                Assert.Equal(expected[..(32 * tokens)], Product(ComputeMode.Fast, type, width, file, columns, x, tokens, count: 2));
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Codes_at_their_limits_do_not_overflow_sixteen_bits(TensorType type)
    {
        if (!Panels.For(type)!.Quantized) return;
        int columns = Columns(type);
        byte[] file = RandomBlocks.Rows(type, 32, columns, new Random(4));
        float[] x = new float[2 * columns];
        foreach (ComputeMode mode in InIntegers)
        {
            foreach ((float sign, float rest) in new[] { (-1f, 0), (1f, 0), (-1f, -128f), (1f, -128f) })
            {
                // Fast: all activations alike, so every code but the largest's is ±127. Fine: all at the limit, and all coarse ±126 and rest -128.
                // With all bits set every weight's code is at its limit.
                Array.Fill(x, sign * 0.75f);
                for (int i = 0; i < x.Length && rest < 0; i++)
                    x[i] = i % 32 == 31 ? 32639 : 256 * 126 * sign + rest;
                for (byte fill = 0; ; fill = 255)
                {
                    byte[] extreme = [.. file.Select((b, i) => IsScale(type, i) ? b : fill)];
                    float[] expected = Product(mode, type, KernelWidth.Scalar, extreme, columns, x, 2, count: 2);
                    foreach (KernelWidth width in Vectors)
                    {
                        Assert.Equal(Bits(expected), Bits(Product(mode, type, width, extreme, columns, x, 2, count: 2)));
                        Assert.Equal(Bits(expected.AsSpan(0, 32)), Bits(Product(mode, type, width, extreme, columns, x[..columns], 1, count: 2)));
                    }
                    if (fill == 255) break;
                }
            }
        }
    }

    [Fact]
    public void Fast_is_near_exact_beside_a_large_element_and_fine_is_nearer()
    {
        Random random = new(5);
        byte[] file = RandomBlocks.Rows(TensorType.F32, 16, 64, random);
        float[] weights = new float[16 * 64];
        Dequantizer.Dequantize(TensorType.F32, file, weights);
        byte[] quantized = new byte[16 * 2 * 34];
        Quantizer.Quantize(TensorType.Q8_0, weights, quantized);
        float[] x = new float[64];
        for (int i = 0; i < x.Length; i++)
            x[i] = (float)(random.NextDouble() - 0.5);
        x[5] = 1000; // would leave the others three bits if it decided their scale
        float[] exact = Exact(TensorType.Q8_0, KernelPath.Widest, quantized, 64, x, 1),
            fast = Product(ComputeMode.Fast, TensorType.Q8_0, KernelPath.Widest, quantized, 64, x, 1);
        for (int row = 0; row < 16; row++)
            Assert.Equal(exact[row], fast[row], 0.02);

        x[5] = 0.3f;
        exact = Exact(TensorType.Q8_0, KernelPath.Widest, quantized, 64, x, 1);
        float[] fine = Product(ComputeMode.Fine, TensorType.Q8_0, KernelPath.Widest, quantized, 64, x, 1);
        for (int row = 0; row < 16; row++)
            Assert.Equal(exact[row], fine[row], 0.0002);
    }

    private static int Columns(TensorType type) => Math.Max(32, TensorGeometry.BlockSize(type));

    private static bool IsScale(TensorType type, int at)
    {
        int i = at % TensorGeometry.BlockBytes(type);
        return type switch
        {
            TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K => i < 4,
            TensorType.Q2_K => i >= 80,
            TensorType.Q3_K => i >= 108,
            TensorType.Q6_K => i >= 208,
            _ => i < 2,
        };
    }

    private static float[] Activations(int tokens, int columns, Random random)
    {
        float[] x = new float[tokens * columns];
        for (int i = 0; i < x.Length; i++)
            x[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3)));
        Array.Clear(x, 0, Math.Min(32, columns));                   // a block of zeros
        for (int i = columns; i < columns + 32; i++) x[i] = 0;
        x[columns + 7] = -3;                                        // a block with one element
        return x;
    }

    private WeightMatrix Pack(TensorType type, KernelWidth width, byte[] file, int rows, int columns)
    {
        WeightMatrix matrix = new(Panels.For(type, width)!, rows, columns, _memory);
        long rowBytes = file.Length / rows;
        fixed (byte* data = file)
        {
            for (int panel = 0; panel < matrix.PanelCount; panel++)
                matrix.Panels.Pack(data + panel * 16 * rowBytes, Math.Min(16, rows - 16 * panel), columns, matrix.Panel(panel));
        }
        return matrix;
    }

    private float[] Exact(TensorType type, KernelWidth width, byte[] file, int columns, float[] x, int tokens)
    {
        int rows = file.Length / (columns / TensorGeometry.BlockSize(type) * TensorGeometry.BlockBytes(type));
        WeightMatrix matrix = Pack(type, width, file, rows, columns);
        using TokenTiles tiles = new();
        tiles.Shape(tokens, columns);
        float[] sums = new float[rows * tokens];
        fixed (float* from = x, to = sums)
        {
            for (int tile = 0; tile < tiles.Count; tile++)
            {
                int first = tile * tiles.Width;
                tiles.Fill(tile, new Activations { Values = from, Tokens = tokens, Columns = columns });
                matrix.Panels.MultiplyExact(
                    matrix.Panel(0), matrix.PanelBytes, rows / 16, columns, tiles.Values + (long)first * columns, tiles.Width,
                        Math.Min(tiles.Width, tokens - first), to + first * rows);
            }
        }
        return sums;
    }

    private float[] Product(ComputeMode mode, TensorType type, KernelWidth width, byte[] file, int columns, float[] x, int tokens, int count = 1)
    {
        WeightMatrix matrix = Pack(type, width, file, 16 * count, columns);
        float[] sums = new float[16 * count * tokens];
        fixed (float* from = x, to = sums)
        {
            if (mode == ComputeMode.Fast) Fast(matrix, from, x.Length / columns, tokens, count, to);
            else Fine(matrix, from, x.Length / columns, tokens, count, to);
        }
        return sums;
    }

    private static void Fast(WeightMatrix matrix, float* x, int batch, int tokens, int count, float* sums)
    {
        fixed (ActivationBlock* blocks = new ActivationBlock[batch * matrix.Columns / 32])
        {
            for (int token = 0; token < tokens; token++)
                ActivationQuantizer.Scalar(x + token * matrix.Columns, matrix.Columns, blocks + token, batch);
            matrix.Panels.MultiplyFast(matrix.Panel(0), matrix.PanelBytes, count, matrix.Columns, blocks, batch, tokens, sums);
        }
    }

    private static void Fine(WeightMatrix matrix, float* x, int batch, int tokens, int count, float* sums)
    {
        fixed (FineBlock* blocks = new FineBlock[batch * matrix.Columns / 32])
        {
            for (int token = 0; token < tokens; token++)
                FineQuantizer.Scalar(x + token * matrix.Columns, matrix.Columns, blocks + token, batch);
            matrix.Panels.MultiplyFine(matrix.Panel(0), matrix.PanelBytes, count, matrix.Columns, blocks, batch, tokens, sums);
        }
    }

    private static int[] Bits(ReadOnlySpan<float> values)
    {
        int[] bits = new int[values.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }
}
