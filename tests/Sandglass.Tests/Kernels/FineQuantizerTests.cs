using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Activations of 16 bits in two planes: what the codes are, and that every width makes the same.</summary>
public unsafe class FineQuantizerTests
{
    [Fact]
    public void Every_width_makes_the_same_blocks()
    {
        Random random = new(11);
        float[] x = new float[32 * 40];
        for (int i = 0; i < x.Length; i++)
            x[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3)));
        Array.Clear(x, 0, 32);
        Array.Fill(x, -0.25f, 64, 16);
        List<FineBlock[]> widths = EachWidth(x);

        foreach (FineBlock[] blocks in widths[1..])
            Assert.True(MemoryMarshal.AsBytes<FineBlock>(widths[0]).SequenceEqual(MemoryMarshal.AsBytes<FineBlock>(blocks)));
    }

    [Fact]
    public void A_code_is_256_times_its_coarse_part_and_a_rest()
    {
        float[] x = new float[32];
        (x[0], x[1], x[2], x[3], x[4], x[20]) = (32639, -32639, 127.4f, 128, 0.5f, -129); // the scale is 1
        FineBlock block = EachWidth(x)[0][0];

        Assert.Equal(1, block.Scale);
        Assert.Equal((127, 127), (block.Coarse[0], block.Rest[0]));
        Assert.Equal((-127, -127), (block.Coarse[1], block.Rest[1]));
        Assert.Equal((0, 127), (block.Coarse[2], block.Rest[2]));
        Assert.Equal((1, -128), (block.Coarse[3], block.Rest[3]));
        Assert.Equal((0, 0), (block.Coarse[4], block.Rest[4])); // a half: to even
        Assert.Equal((-1, 127), (block.Coarse[20], block.Rest[20]));
        Assert.Equal((255, -129, 126), (block.LowSum, block.HighSum, block.Sum));
        Assert.Equal((-255, 129, -126), (block.LowBias, block.HighBias, block.Bias));
    }

    [Fact]
    public void What_is_no_number_spoils_the_block_and_tiny_ones_are_zeros()
    {
        for (int at = 0; at < 32; at++)
        {
            foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                float[] x = [.. Enumerable.Range(1, 32).Select(i => 1f / i)];
                x[at] = bad;
                foreach (FineBlock[] blocks in EachWidth(x))
                    Assert.True(float.IsNaN(blocks[0].Scale) && blocks[0].Sum == 0);
            }
        }
        foreach (float largest in new[] { 1e-45f, 1e-38f, 9e-35f })
        {
            float[] x = new float[32];
            x[3] = largest;
            foreach (FineBlock[] blocks in EachWidth(x))
                Assert.True(blocks[0].Sum == 0 && float.IsFinite(blocks[0].Scale));
        }
    }

    /// <summary>The plain twin's blocks, then those of every width that the processor has.</summary>
    private static List<FineBlock[]> EachWidth(float[] x)
    {
        FineBlock[] Make(delegate*<float*, int, FineBlock*, int, void> quantize)
        {
            FineBlock[] made = new FineBlock[x.Length / 32];
            fixed (float* from = x)
            fixed (FineBlock* to = made) quantize(from, x.Length, to, 1);
            return made;
        }

        List<FineBlock[]> widths = [Make(&FineQuantizer.Scalar), Make(&FineQuantizer.Vector<Lanes128, F128, I128, B128>)];
        if (KernelPath.Widest >= KernelWidth.Vector256) widths.Add(Make(&FineQuantizer.Vector<Lanes256, F256, I256, B256>));
        if (KernelPath.Widest >= KernelWidth.Vector512) widths.Add(Make(&FineQuantizer.Vector<Lanes512, F512, I512, B512>));
        return widths;
    }
}
