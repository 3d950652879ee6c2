using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Studies;

/// <summary>The engine's attention with a cache of a type: of a token that is written, and of a piece of a prompt.</summary>
internal sealed unsafe class AttentionLoop : IDisposable
{
    private const int Heads = 16, Depth = 1024, Piece = 256, MostDim = 128;
    private const long FarBytes = 64 << 20, NearBytes = ReadLoop.Least;

    private static readonly (int KvHeads, int Dim)[] Shapes = [(16, 64), (4, 64), (2, 64), (16, 128), (4, 128), (2, 128)];

    private readonly Attention _attention;
    private readonly RoundTimer _timer;
    private readonly ReadLoop _reads;
    private readonly PagedMemory _memory = new(stretch: 32 << 20);
    private readonly float* _queries, _output;
    private readonly byte* _cache;
    private readonly byte** _pages;

    public AttentionLoop(WorkerPool pool, RoundTimer timer, ReadLoop reads)
    {
        (_attention, _timer, _reads) = (new Attention(pool), timer, reads);
        _queries = (float*)_memory.Take((long)Piece * Heads * MostDim * sizeof(float));
        _output = (float*)_memory.Take((long)Piece * Heads * MostDim * sizeof(float));
        for (int i = 0; i < Piece * Heads * MostDim; i++) _queries[i] = 0.001f * (i * 7919L % 1009 - 504);
        _cache = _memory.Take(FarBytes);
        for (long i = 0; i < FarBytes; i++) _cache[i] = (byte)(0x30 | (i * 7 & 0x0B));      // small positive numbers in any type
        _pages = (byte**)_memory.Take(FarBytes / 64);
    }

    /// <summary>What its time is made of.</summary>
    public AttentionSpeed Measure(CacheType type) => new(
        type, Terms(type, tokens: 1, FarBytes), Terms(type, tokens: 1, NearBytes), Terms(type, Piece, bytes: 1));

    public void Dispose()
    {
        _attention.Dispose();
        _memory.Dispose();
    }

    private AttentionTerms Terms(CacheType type, int tokens, long bytes)
    {
        LeastSquares fit = new(3);
        foreach ((int kvHeads, int dim) in tokens == 1 ? Shapes : Shapes.Where(static shape => shape.KvHeads == 4))
        {
            double positions = tokens == 1 ? Depth : Depth * (double)tokens + tokens * (tokens + 1) / 2.0;
            double seconds = Seconds(type, tokens, kvHeads, dim, bytes) / positions;
            // a prompt's tokens share each reading of a page, which is then part of a multiply-add
            double read = tokens == 1 ? kvHeads * 2.0 * dim : 0;
            fit.Add([read, Heads * 2.0 * dim, Heads], seconds);
        }
        double[] terms = fit.Solve();
        return new AttentionTerms(terms[0], terms[1], terms[2]);
    }

    /// <summary>Seconds of a layer's attention, layer by layer as far as the bytes go.</summary>
    private double Seconds(CacheType type, int tokens, int kvHeads, int dim, long bytes)
    {
        int pages = (Depth + tokens + AttentionTask.PagePositions - 1) / AttentionTask.PagePositions;
        long pageBytes = kvHeads * Math.Max(PageLayout.KeyBytes(type, dim), PageLayout.ValueBytes(type, dim));
        long written = kvHeads * Math.Max(PageLayout.KeyBytes(type.Written(), dim), PageLayout.ValueBytes(type.Written(), dim));
        long stride = (Math.Max(pageBytes, written) + 63) & ~63L;
        int layers = (int)Math.Max(1, bytes / (2 * pages * pageBytes)), sets = (int)(FarBytes / stride);
        List<AttentionTask>[] tasks = [.. Enumerable.Range(0, layers).Select(layer => OfLayer(layer, type, tokens, kvHeads, dim, pages, stride, sets))];
        return _timer.Seconds(() =>
        {
            foreach (List<AttentionTask> task in tasks) _attention.Run(task);
        }, bytes == FarBytes ? _reads.Sweep : null) / layers;
    }

    private List<AttentionTask> OfLayer(int layer, CacheType type, int tokens, int kvHeads, int dim, int pages, long stride, int sets)
    {
        byte** keys = _pages + 2L * layer * pages, values = keys + pages;
        for (int page = 0; page < 2 * pages; page++) keys[page] = _cache + (2L * layer * pages + page) % sets * stride;
        AttentionTask task = new()
        {
            Queries = _queries,
            Output = _output,
            KeyPages = keys,
            ValuePages = values,
            WrittenKeyPages = keys,
            WrittenValuePages = values,
            Types = type,
            Tokens = tokens,
            FirstPosition = Depth,
            Heads = Heads,
            KvHeads = kvHeads,
            KeyDim = dim,
            ValueDim = dim,
            Scale = 0.125f,
        };
        return [task];
    }
}
