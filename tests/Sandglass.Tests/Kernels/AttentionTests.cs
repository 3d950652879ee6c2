using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Attention against the formula in double, and every width against the plain twin by bits.</summary>
public unsafe partial class AttentionTests
{
    // first position, tokens, heads, kv heads, key width, value width
    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 0, 1, 1, 1, 8, 8 },
        { 0, 5, 4, 2, 16, 16 },
        { 31, 2, 3, 1, 64, 64 },
        { 250, 13, 6, 2, 64, 64 },      // over the border of a span
        { 513, 1, 8, 8, 80, 80 },
        { 700, 3, 4, 4, 12, 20 },       // widths that are no multiple of 16, keys and values apart
        { 0, 70, 9, 3, 32, 128 },       // more than one tile
        { 4095, 1, 9, 3, 64, 64 },      // cut where there are several threads
        { 1500, 2, 8, 2, 64, 80 },
        { 900, 1, 5, 1, 64, 64 },       // more rows than are taken at once
        { 255, 90, 4, 1, 64, 64 },
    };

    private static readonly CacheTypes[] Types =
        [CacheType.F32, CacheType.F16, CacheType.Q8, CacheType.Q4, new(CacheType.Q8, CacheType.Q4), new(CacheType.F16, CacheType.Q8),
            new(CacheType.Q4, CacheType.F32)];

    [Theory, MemberData(nameof(Shapes))]
    public void Every_width_equals_the_plain_twin_and_the_formula(int first, int tokens, int heads, int kvHeads, int keyDim, int valueDim)
    {
        foreach (CacheTypes types in Types)
        {
            using Case attention = new(types, first, tokens, heads, kvHeads, keyDim, valueDim);
            float[] expected = attention.Run(ScalarAttention.Run);
            float[] formula = attention.Formula();
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(formula[i], expected[i], 1e-4);

            foreach (int cut in new[] { 1, 2, int.MaxValue })
            {
                Same(expected, attention.Run(Cut<Lanes128, F128, I128, B128>(cut)));
                if ((int)KernelPath.Widest >= 256) Same(expected, attention.Run(Cut<Lanes256, F256, I256, B256>(cut)));
                if ((int)KernelPath.Widest >= 512) Same(expected, attention.Run(Cut<Lanes512, F512, I512, B512>(cut)));
            }
            foreach (int threads in new[] { 1, 2, 3 })
            {
                using WorkerPool pool = new(threads);
                Same(expected, attention.Run(pool));
            }
        }
    }

    // first position, tokens, window, sinks: nothing has left yet; the window leaves the sinks inside the batch; pages without memory; sinks over a page and
    // over a span
    [Theory, InlineData(0, 40, 64, 4), InlineData(0, 90, 20, 4), InlineData(0, 90, 20, 0), InlineData(700, 1, 100, 4), InlineData(700, 3, 33, 40),
        InlineData(1500, 2, 600, 0), InlineData(1500, 9, 600, 300), InlineData(640, 70, 31, 1)]
    public void A_window_hides_what_it_left_and_turns_to_the_sinks_anew(int first, int tokens, int window, int sinks)
    {
        foreach (CacheTypes types in Types)
        {
            using Case attention = new(types, first, tokens, heads: 6, kvHeads: 2, keyDim: 20, valueDim: 36, window, sinks);
            float[] expected = attention.Run(ScalarAttention.Run), formula = attention.Formula();
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(formula[i], expected[i], 1e-4);
            foreach (int cut in new[] { 1, int.MaxValue })
            {
                Same(expected, attention.Run(Cut<Lanes128, F128, I128, B128>(cut)));
                if ((int)KernelPath.Widest >= 256) Same(expected, attention.Run(Cut<Lanes256, F256, I256, B256>(cut)));
                if ((int)KernelPath.Widest >= 512) Same(expected, attention.Run(Cut<Lanes512, F512, I512, B512>(cut)));
            }
            foreach (int threads in new[] { 1, 3 })
            {
                using WorkerPool pool = new(threads);
                Same(expected, attention.Run(pool));
            }
        }
    }

    // first position, tokens, window, sinks: a cap that bites, beside every place where a window can end
    [Theory, InlineData(0, 40, 0, 0), InlineData(250, 13, 0, 0), InlineData(1500, 2, 0, 0), InlineData(0, 90, 20, 0), InlineData(700, 3, 33, 40),
        InlineData(1500, 9, 601, 300)]
    public void Scores_are_capped_before_the_largest_is_taken(int first, int tokens, int window, int sinks)
    {
        foreach (CacheTypes types in Types)
        {
            using Case attention = new(types, first, tokens, heads: 6, kvHeads: 2, keyDim: 20, valueDim: 36, window, sinks, softCap: 1.5f);
            float[] expected = attention.Run(ScalarAttention.Run), formula = attention.Formula();
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(formula[i], expected[i], 1e-4);
            foreach (int cut in new[] { 1, int.MaxValue })
            {
                Same(expected, attention.Run(Cut<Lanes128, F128, I128, B128>(cut)));
                if ((int)KernelPath.Widest >= 256) Same(expected, attention.Run(Cut<Lanes256, F256, I256, B256>(cut)));
                if ((int)KernelPath.Widest >= 512) Same(expected, attention.Run(Cut<Lanes512, F512, I512, B512>(cut)));
            }
            using WorkerPool pool = new(3);
            Same(expected, attention.Run(pool));
        }
    }

    [Fact]
    public void Tasks_of_different_lengths_in_one_dispatch_are_what_they_are_alone()
    {
        List<Case> cases = [.. new[] { (0, 1), (4100, 1), (31, 40), (1300, 2), (700, 1),
            (90, 7) }.Select(c => new Case(CacheType.F16, c.Item1, c.Item2, heads: 9, kvHeads: 3, keyDim: 64, valueDim: 64))];
        float[][] expected = [.. cases.Select(attention => attention.Run(ScalarAttention.Run))];
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using WorkerPool pool = new(threads);
            using Attention together = new(pool);
            together.Run([.. cases.Select(attention => attention.Task)]);
            for (int i = 0; i < cases.Count; i++) Same(expected[i], cases[i].Output);
        }
        cases.ForEach(attention => attention.Dispose());
    }

    private delegate void Kernel(in AttentionTile tile);

    /// <summary>The three parts of a kernel, the first two on so many spans at a time, the last spans first.</summary>
    private static Kernel Cut<L, F, I, B>(int spans)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct =>
        (in AttentionTile tile) =>
    {
        using AttentionScratch page = new();
        float* memory = page.Reserve(AttentionScratch.PageFloats(tile.Task));
        int step = Math.Min(spans, tile.Spans), first = (tile.Spans - 1) / step * step;
        for (int from = first; from >= 0; from -= step) VectorAttention<L, F, I, B>.Score([tile], from, Math.Min(from + step, tile.Spans), memory);
        for (int from = first; from >= 0; from -= step) VectorAttention<L, F, I, B>.Weigh([tile], from, Math.Min(from + step, tile.Spans), memory);
        VectorAttention<L, F, I, B>.Finish(tile);
    };

    private static void Same(float[] expected, float[] found) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), found.Select(BitConverter.SingleToInt32Bits));
}
