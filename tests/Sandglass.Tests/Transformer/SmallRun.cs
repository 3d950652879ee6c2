using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Tests.Transformer;

/// <summary>A model taken through the transformer alone, with no generation around it: ids in, logits of every position out.</summary>
internal sealed unsafe class SmallRun : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly LlamaWeights _weights;
    private readonly Batch _batch = new();

    public SmallRun(string path, ComputeMode compute, CacheTypes? cache = null, int threads = 1)
    {
        using ModelFile file = ModelFile.Open(path);
        Shape = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        _pool = new WorkerPool(threads);
        using WeightReader reader = new(file, _pool, null);
        _weights = LlamaWeights.Read(reader, Shape);
        Llama = new Llama(Shape, _weights, compute, Llama.MaxBatch, _pool);
        Pages = new PagePool(new CacheShape(Shape.Layers, Shape.KeyValueHeads, Shape.KeyHeadDim, Shape.ValueHeadDim, cache ?? CacheType.F32));
        Cache = new SequenceCache(Pages);
    }

    public Hyperparameters Shape { get; }

    public Llama Llama { get; }

    public PagePool Pages { get; }

    public Counters Counters { get; } = new();

    public SequenceCache Cache { get; }

    /// <summary>Logits of each id's position, [ids, vocabulary].</summary>
    public float[][] Logits(ReadOnlySpan<int> ids, int chunk = Llama.MaxBatch, SequenceCache? cache = null)
    {
        List<float[]> rows = [];
        for (int from = 0; from < ids.Length; from += chunk)
        {
            int[] piece = ids.Slice(from, Math.Min(chunk, ids.Length - from)).ToArray();
            _batch.Clear();
            _batch.Add(cache ?? Cache, piece, Counters);
            Llama.Forward(_batch);
            for (int i = 0; i < piece.Length; i++)
            {
                float[] row = new float[Shape.VocabularySize];
                fixed (float* to = row) Llama.Logits([i], to);
                rows.Add(row);
            }
        }
        return [.. rows];
    }

    /// <summary>Natural log-probabilities of one row, in double, apart from the engine's own.</summary>
    public static double[] LogSoftmax(float[] logits)
    {
        double max = logits.Max();
        double sum = Math.Log(logits.Sum(l => Math.Exp(l - max)));
        return [.. logits.Select(l => l - max - sum)];
    }

    public void Dispose()
    {
        Cache.Dispose();
        Pages.Dispose();
        Llama.Dispose();
        _weights.Dispose();
        _pool.Dispose();
    }
}
