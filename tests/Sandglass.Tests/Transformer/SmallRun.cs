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
    private readonly Batch _batch = new();

    public SmallRun(string path, ComputeMode compute, CacheTypes? cache = null, int threads = 1)
    {
        using ModelFile file = ModelFile.Open(path);
        Shape = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        _pool = new WorkerPool(threads);
        Decoder = Decoder.Load(file, Shape, compute, _pool);
        Pages = new PagePool(Decoder.CacheShape(cache ?? CacheType.F32));
        Cache = new SequenceCache(Pages);
    }

    public Hyperparameters Shape { get; }

    public Decoder Decoder { get; }

    public PagePool Pages { get; }

    public Counters Counters { get; } = new();

    public SequenceCache Cache { get; }

    /// <summary>Logits of each id's position, [ids, vocabulary].</summary>
    public float[][] Logits(ReadOnlySpan<int> ids, int chunk = Decoder.MaxBatch, SequenceCache? cache = null) =>
        [.. Rows(ids, chunk, cache).Select(row => row.Logits)];

    /// <summary>Hidden state and logits of each id's position.</summary>
    public (float[] Hidden, float[] Logits)[] Rows(ReadOnlySpan<int> ids, int chunk = Decoder.MaxBatch, SequenceCache? cache = null)
    {
        List<(float[], float[])> rows = [];
        for (int from = 0; from < ids.Length; from += chunk)
        {
            int[] piece = ids.Slice(from, Math.Min(chunk, ids.Length - from)).ToArray();
            _batch.Clear();
            _batch.Add(cache ?? Cache, piece, Counters);
            Decoder.Forward(_batch);
            for (int i = 0; i < piece.Length; i++)
            {
                float[] row = new float[Shape.VocabularySize];
                fixed (float* to = row) Decoder.Logits([i], to);
                rows.Add((new ReadOnlySpan<float>(Decoder.Hidden([i]).Row(0), Shape.Width).ToArray(), row));
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
        Decoder.Dispose();
        _pool.Dispose();
    }
}
