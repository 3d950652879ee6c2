using BenchmarkDotNet.Attributes;
using Sandglass.Kernels;

namespace Sandglass.KernelBench;

/// <summary>One layer's attention of a 1B model (32 heads over 8, 64 wide) at a depth: one token, and a tile of a prompt. One thread.</summary>
public unsafe class AttentionBenchmark
{
    private const int Heads = 32;
    private const int KvHeads = 8;
    private const int Width = 64;

    private WorkerPool _pool = null!;
    private Attention _attention = null!;
    private List<AttentionTask> _tasks = [];
    private Buffer _queries = null!, _output = null!, _cache = null!, _tables = null!;

    [Params(512, 4096)]
    public int Depth { get; set; }

    [Params(1, 32)]
    public int Tokens { get; set; }

    [Params(CacheType.F16, CacheType.F32)]
    public CacheType Type { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _pool = new WorkerPool(1);
        _attention = new Attention(_pool);
        int pages = (Depth + Tokens + AttentionTask.PagePositions - 1) / AttentionTask.PagePositions;
        long pageBytes = (long)KvHeads * PageLayout.KeyBytes(Type, Width);
        _queries = Buffer.OfFloats((long)Tokens * Heads * Width, seed: 1);
        _output = new Buffer((long)Tokens * Heads * Width * sizeof(float));
        _cache = new Buffer(2 * pages * pageBytes);
        _tables = new Buffer(2 * pages * sizeof(byte*));
        for (long i = 0; i < 2 * pages * pageBytes; i++) _cache.Bytes[i] = (byte)(0x30 | (i * 7 & 0x0B));   // small positive numbers in either type
        byte** keys = (byte**)_tables.Bytes, values = keys + pages;
        for (int page = 0; page < pages; page++)
        {
            keys[page] = _cache.Bytes + page * pageBytes;
            values[page] = _cache.Bytes + (pages + page) * pageBytes;
        }
        _tasks = [new AttentionTask
        {
            Queries = _queries.Floats,
            Output = _output.Floats,
            KeyPages = keys,
            ValuePages = values,
            Types = Type,
            WrittenKeyPages = keys,
            WrittenValuePages = values,
            Tokens = Tokens,
            FirstPosition = Depth,
            Heads = Heads,
            KvHeads = KvHeads,
            KeyDim = Width,
            ValueDim = Width,
            Scale = 0.125f,
        }];
    }

    [Benchmark]
    public void Attend() => _attention.Run(_tasks);

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (IDisposable owned in (IDisposable[])[_attention, _queries, _output, _cache, _tables, _pool]) owned.Dispose();
    }
}
