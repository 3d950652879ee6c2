using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Pages in their quantised form: what it promises of each element, the layout read back, and every width against the plain twin by bits.</summary>
public unsafe class PageQuantizerTests
{
    public static TheoryData<float[]> Blocks
    {
        get
        {
            Random random = new(3);
            float[] Random(float size, float shift) => [.. Enumerable.Range(0, 32).Select(_ => (float)(random.NextDouble() - 0.5) * size + shift)];
            return
            [
                Random(2, 0), Random(2, 5), Random(1e-3f, -40), Random(100_000, 0), Random(1e-6f, 0),
                [.. Enumerable.Repeat(0f, 32)], [.. Enumerable.Repeat(-0f, 32)], [.. Enumerable.Repeat(3f, 32)],
                    [.. Enumerable.Range(0, 32).Select(i => i % 2 == 0 ? 0f : -0f)],
                [.. Enumerable.Range(0, 32).Select(i => i == 31 ? -65504f : 65504f)],
            ];
        }
    }

    [Theory, MemberData(nameof(Blocks))]
    public void Every_width_equals_the_plain_twin(float[] values)
    {
        ushort* block = stackalloc ushort[32];
        for (int i = 0; i < 32; i++) block[i] = F16.FromFloat(values[i]);
        foreach (CacheType type in new[] { CacheType.Q8, CacheType.Q4 })
        {
            string expected = Bits((codes, scale, minimum) => PageQuantizer.Scalar(type, block, 32, codes, scale, minimum));
            Assert.Equal(expected, Bits((codes, scale, minimum) => PageQuantizer.Vector<Lanes128, F128, I128, B128>(type, block, codes, scale, minimum)));
            if ((int)KernelPath.Widest >= 256) Assert.Equal(expected,
                Bits((codes, scale, minimum) => PageQuantizer.Vector<Lanes256, F256, I256, B256>(type, block, codes, scale, minimum)));
            if ((int)KernelPath.Widest >= 512) Assert.Equal(expected,
                Bits((codes, scale, minimum) => PageQuantizer.Vector<Lanes512, F512, I512, B512>(type, block, codes, scale, minimum)));
        }
    }

    [Theory, InlineData(64), InlineData(20), InlineData(80), InlineData(5)]
    public void An_element_is_half_a_step_off_at_most(int width)
    {
        Random random = new(width);
        byte* written = stackalloc byte[32 * width * 2], page = stackalloc byte[32 * (width + 32) * 2];
        for (int i = 0; i < 32 * width; i++) ((ushort*)written)[i] = F16.FromFloat((float)random.NextDouble() * (1 + i % 7) - 1);
        foreach (CacheType type in new[] { CacheType.Q8, CacheType.Q4 })
        {
            PageQuantizer.Keys(type, written, width, page);
            ushort* scales = (ushort*)(page + PageLayout.KeyCodeBytes(type, width));
            for (int d = 0; d < width; d++)
            {
                for (int t = 0; t < 32; t++)
                    IsNear(type, F16.ToFloat(((ushort*)written)[d * 32 + t]), ScalarAttention.Element(type, page + d * PageLayout.BlockBytes(type), t), scales
                        + d, PageLayout.KeyScales(width));
            }

            PageQuantizer.Values(type, written, width, page);
            scales = (ushort*)(page + PageLayout.ValueCodeBytes(type, width));
            for (int t = 0; t < 32; t++)
            {
                for (int d = 0; d < width; d++)
                    IsNear(type, F16.ToFloat(((ushort*)written)[t * width + d]),
                        ScalarAttention.Element(type, page + t * PageLayout.ValueRowBytes(type, width), d), scales + d / 32 * 32 + t,
                        32 * PageLayout.ValueBlocks(width));
            }
        }
    }

    [Fact]
    public void Bytes_are_those_of_codes_and_of_a_scale_for_32()
    {
        Assert.Equal(64 * 32 * 8.5 / 8, PageLayout.KeyBytes(CacheType.Q8, 64));
        Assert.Equal(64 * 32 * 5 / 8, PageLayout.KeyBytes(CacheType.Q4, 64));
        Assert.Equal(64 * 32 * 8.5 / 8, PageLayout.ValueBytes(CacheType.Q8, 64));
        Assert.Equal(64 * 32 * 5 / 8, PageLayout.ValueBytes(CacheType.Q4, 64));
        Assert.Equal(64 * 32 * 2, PageLayout.ValueBytes(CacheType.F16, 64));
    }

    private delegate void Quantizer(byte* codes, ushort* scale, ushort* minimum);

    private static string Bits(Quantizer quantizer)
    {
        byte* codes = stackalloc byte[64];
        ushort scale = 0, minimum = 0;
        quantizer(codes, &scale, &minimum);
        return $"{Convert.ToHexString(new Span<byte>(codes, 64))} {scale:x} {minimum:x}";
    }

    private static void IsNear(CacheType type, float expected, float code, ushort* scale, int minima)
    {
        float step = F16.ToFloat(*scale), found = code * step + (type == CacheType.Q4 ? F16.ToFloat(scale[minima]) : 0);
        Assert.InRange(MathF.Abs(found - expected), 0, 0.51f * step);   // half a step, and what the scale lost when it was rounded
    }
}
