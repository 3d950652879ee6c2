using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

public unsafe partial class AttentionTests
{
    private sealed class Case : IDisposable
    {
        private readonly Random _random = new(1);
        private readonly List<nint> _memory = [];
        private AttentionTask _task;
        private readonly int _outputs;
        private int _watched;

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

        /// <summary>Watches the weights of the tokens from one on.</summary>
        public void Watch(int token)
        {
            _task.FirstWatched = token;
            _task.WeightStride = (_task.FirstPosition + _task.Tokens + 15) & ~15;
            _watched = (_task.Tokens - token) * _task.Heads * _task.WeightStride;
            _task.Weights = (float*)Allocate(_watched * 4);
        }

        /// <summary>The weights of a watched token and head, as attention wrote them.</summary>
        public float[] Weights(int token, int head) => new Span<float>(_task.WeightsOf(token, head), _task.FirstPosition + token + 1).ToArray();

        public AttentionTask Task => _task;

        public float[] Output => new Span<float>(_task.Output, _outputs).ToArray();

        public float[] Run(Kernel kernel)
        {
            Spoil();
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
            Spoil();
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
                    double[] weights = FormulaWeights(token, head);
                    for (int d = 0; d < _task.ValueDim; d++)
                    {
                        double value = 0;
                        for (int t = 0; t < weights.Length; t++)
                            if (weights[t] > 0) value += weights[t] * Value(t, weights.Length - 1, head / _task.Group, d);
                        result[(token * _task.Heads + head) * _task.ValueDim + d] = (float)value;
                    }
                }
            }
            return result;
        }

        /// <summary>[position]: 0 where it has left the window.</summary>
        public double[] FormulaWeights(int token, int head)
        {
            int kv = head / _task.Group, visible = _task.FirstPosition + token + 1;
            double[] weights = new double[visible];
            bool all = _task.Window == 0 || visible <= _task.Window + _task.SinkTokens;
            for (int t = 0; t < visible; t++)
            {
                double score = 0;
                if (!all && t >= _task.SinkTokens && t <= visible - 1 - _task.Window)
                {
                    weights[t] = double.NegativeInfinity;
                    continue;
                }
                float* query = all || t >= _task.SinkTokens ? _task.Query(token, head) : _task.SinkQueries + (token * _task.Heads + head) * _task.KeyDim;
                for (int d = 0; d < _task.KeyDim; d++)
                    score += query[d] * Key(t, visible - 1, kv, d);
                weights[t] = score / Math.Sqrt(_task.KeyDim);
                if (_task.SoftCap > 0) weights[t] = _task.SoftCap * Math.Tanh(weights[t] / _task.SoftCap);
            }
            double max = weights.Max(), sum = weights.Sum(w => Math.Exp(w - max));
            return [.. weights.Select(weight => Math.Exp(weight - max) / sum)];
        }

        public void Dispose()
        {
            foreach (nint memory in _memory)
                System.Runtime.InteropServices.NativeMemory.Free((void*)memory);
        }

        private void Spoil()
        {
            new Span<float>(_task.Output, _outputs).Fill(float.NaN);
            new Span<float>(_task.Weights, _watched).Fill(float.NaN);
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
