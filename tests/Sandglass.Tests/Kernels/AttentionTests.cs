using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Attention against the formula in double, and every width against the plain twin by bits.</summary>
public unsafe class AttentionTests
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

    private sealed class Case : IDisposable
    {
        private readonly Random _random = new(1);
        private readonly List<nint> _memory = [];
        private readonly AttentionTask _task;
        private readonly int _outputs;

        public Case(CacheTypes types, int first, int tokens, int heads, int kvHeads, int keyDim, int valueDim, int window = 0, int sinks = 0, float softCap = 0)
        {
            int pages = (first + tokens + 31) / 32;
            _outputs = tokens * heads * valueDim;
            float* queries = (float*)Allocate(tokens * heads * keyDim * 4);
            for (int i = 0; i < tokens * heads * keyDim; i++) queries[i] = Value();
            float* sinkQueries = (float*)Allocate(tokens * heads * keyDim * 4);
            for (int i = 0; i < tokens * heads * keyDim; i++) sinkQueries[i] = Value();
            byte** keyPages = (byte**)Allocate(pages * 8);
            byte** valuePages = (byte**)Allocate(pages * 8);
            byte** writtenKeyPages = (byte**)Allocate(pages * 8);
            byte** writtenValuePages = (byte**)Allocate(pages * 8);
            for (int page = 0; page < pages; page++)
            {
                if (window > 0 && 32 * page >= sinks && 32 * (page + 1) <= first - window + 1) continue;    // has left: no memory
                writtenKeyPages[page] = Fill(types.Keys.Written(), kvHeads * keyDim * 32);
                writtenValuePages[page] = Fill(types.Values.Written(), kvHeads * valueDim * 32);
                keyPages[page] = (byte*)Allocate((int)(kvHeads * PageLayout.KeyBytes(types.Keys, keyDim)) + 64);
                valuePages[page] = (byte*)Allocate((int)(kvHeads * PageLayout.ValueBytes(types.Values, valueDim)) + 64);
                for (int head = 0; head < kvHeads; head++)
                {
                    PageQuantizer.Keys(types.Keys, writtenKeyPages[page] + head * PageLayout.KeyBytes(types.Keys.Written(), keyDim), keyDim, keyPages[page]
                        + head * PageLayout.KeyBytes(types.Keys, keyDim));
                    PageQuantizer.Values(types.Values, writtenValuePages[page] + head * PageLayout.ValueBytes(types.Values.Written(), valueDim), valueDim,
                        valuePages[page] + head * PageLayout.ValueBytes(types.Values, valueDim));
                }
            }
            _task = new AttentionTask
            {
                Queries = queries,
                Output = (float*)Allocate(_outputs * 4),
                KeyPages = keyPages,
                ValuePages = valuePages,
                WrittenKeyPages = writtenKeyPages,
                WrittenValuePages = writtenValuePages,
                Types = types,
                Tokens = tokens,
                FirstPosition = first,
                Window = window,
                SinkTokens = sinks,
                SinkQueries = sinkQueries,
                Heads = heads,
                KvHeads = kvHeads,
                KeyDim = keyDim,
                ValueDim = valueDim,
                Scale = 1f / MathF.Sqrt(keyDim),
                SoftCap = softCap,
            };
        }

        public AttentionTask Task => _task;

        public float[] Output => new Span<float>(_task.Output, _outputs).ToArray();

        public float[] Run(Kernel kernel)
        {
            new Span<float>(_task.Output, _outputs).Fill(float.NaN);
            for (int to = _task.Tokens, from; to > 0; to = from)
            {
                AttentionTask chunk = _task.Chunk(from = _task.ChunkStart(to - 1), to);
                for (int kvHead = 0; kvHead < _task.KvHeads; kvHead++)
                {
                    AttentionTile tile = new() { Task = chunk, KvHead = kvHead, From = 0, To = chunk.Tokens };
                    using AttentionScratch scratch = new();
                    tile.Place(scratch.Reserve(tile.Floats));
                    kernel(tile);
                }
            }
            return Output;
        }

        public float[] Run(WorkerPool pool)
        {
            new Span<float>(_task.Output, _outputs).Fill(float.NaN);
            using Attention attention = new(pool);
            attention.Run([_task]);
            return Output;
        }

        public float[] Formula()
        {
            float[] result = new float[_outputs];
            for (int token = 0; token < _task.Tokens; token++)
            {
                for (int head = 0; head < _task.Heads; head++)
                {
                    int kv = head / _task.Group, visible = _task.FirstPosition + token + 1;
                    double[] weights = new double[visible];
                    bool all = _task.Window == 0 || visible <= _task.Window + _task.SinkTokens;
                    bool Seen(int t) => all || t < _task.SinkTokens || t > visible - 1 - _task.Window;
                    for (int t = 0; t < visible; t++)
                    {
                        double score = 0;
                        if (!Seen(t))
                        {
                            weights[t] = double.NegativeInfinity;
                            continue;
                        }
                        float* query = all || t >= _task.SinkTokens ? _task.Query(token, head) : _task.SinkQueries
                            + (token * _task.Heads + head) * _task.KeyDim;
                        for (int d = 0; d < _task.KeyDim; d++)
                            score += query[d] * Key(t, visible - 1, kv, d);
                        weights[t] = score / Math.Sqrt(_task.KeyDim);
                        if (_task.SoftCap > 0) weights[t] = _task.SoftCap * Math.Tanh(weights[t] / _task.SoftCap);
                    }
                    double max = weights.Max(), sum = weights.Sum(w => Math.Exp(w - max));
                    for (int d = 0; d < _task.ValueDim; d++)
                    {
                        double value = 0;
                        for (int t = 0; t < visible; t++)
                            if (Seen(t)) value += Math.Exp(weights[t] - max) / sum * Value(t, visible - 1, kv, d);
                        result[(token * _task.Heads + head) * _task.ValueDim + d] = (float)value;
                    }
                }
            }
            return result;
        }

        public void Dispose()
        {
            foreach (nint memory in _memory)
                System.Runtime.InteropServices.NativeMemory.Free((void*)memory);
        }

        private float Value() => (float)((_random.NextDouble() - 0.5) * 4);

        /// <summary>A key's element as the query at a position sees it: its own page as it was written, all earlier ones quantised.</summary>
        private double Key(int t, int position, int kv, int d)
        {
            CacheType type = t / 32 == position / 32 ? _task.Types.Keys.Written() : _task.Types.Keys;
            byte* page = (type == _task.Types.Keys ? _task.KeyPages : _task.WrittenKeyPages)[t / 32] + kv * PageLayout.KeyBytes(type, _task.KeyDim);
            ushort* scales = (ushort*)(page + PageLayout.KeyCodeBytes(type, _task.KeyDim)) + d;
            return Scaled(type, ScalarAttention.Element(type, page + d * PageLayout.BlockBytes(type), t % 32), scales, PageLayout.KeyScales(_task.KeyDim));
        }

        private double Value(int t, int position, int kv, int d)
        {
            CacheType type = t / 32 == position / 32 ? _task.Types.Values.Written() : _task.Types.Values;
            byte* page = (type == _task.Types.Values ? _task.ValuePages : _task.WrittenValuePages)[t / 32] + kv * PageLayout.ValueBytes(type, _task.ValueDim);
            ushort* scales = (ushort*)(page + PageLayout.ValueCodeBytes(type, _task.ValueDim)) + d / 32 * 32 + t % 32;
            return Scaled(type, ScalarAttention.Element(type, page + t % 32 * PageLayout.ValueRowBytes(type, _task.ValueDim), d), scales,
                PageLayout.ValueBlocks(_task.ValueDim) * 32);
        }

        private static double Scaled(CacheType type, float code, ushort* scale, int minima) => type switch
        {
            CacheType.Q8 => (double)code * F16.ToFloat(*scale),
            CacheType.Q4 => (double)code * F16.ToFloat(*scale) + F16.ToFloat(scale[minima]),
            _ => code,
        };

        private byte* Fill(CacheType type, int count)
        {
            byte* page = (byte*)Allocate((type == CacheType.F32 ? 4 : 2) * count + 64);
            for (int i = 0; i < count; i++)
            {
                if (type == CacheType.F32) ((float*)page)[i] = Value();
                else ((ushort*)page)[i] = F16.FromFloat(Value());
            }
            return page;
        }

        private void* Allocate(int bytes)
        {
            void* memory = System.Runtime.InteropServices.NativeMemory.AllocZeroed((nuint)bytes);
            _memory.Add((nint)memory);
            return memory;
        }
    }
}
