using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>Softmax attention: all scores of a row, then the weighted sum of values. Source: Vaswani et al. 2017; grouped heads: Ainslie et al. 2023.</summary>
/// <remarks>
/// A row is one (token, query head). Its scores are written out (a lane is a position, d runs in order), then the maximum is taken, then exponentials and
/// weighted values are summed in order inside spans of 256 positions and the spans' sums added in order. Nothing depends on how tokens were batched or which
/// worker computed what.
/// <para>A prompt's tiles, one per head of keys and values, keep all workers busy in a single parallel region. One token (or a few) with a long past is cut
/// at span borders: scores in a first region; exponentials and values, which need the maximum, in a second; then the spans are added. There one worker reads
/// all heads of a page, if that leaves enough work for the others, because they are adjacent: memory delivers 17 GB/s in runs of 32 KB and 9 GB/s in runs of
/// 4 KB.</para>
/// </remarks>
internal sealed unsafe class Attention : Job, IDisposable
{
    private const int MostRows = 64;                // rows that share one reading of a page
    private const int LeastRows = 16;
    private const int TileScores = 128 * 1024;      // half a megabyte: a tile's scores stay in the L2 cache
    private const int PartsPerThread = 4;           // small enough that a slow core does not delay the step

    private readonly WorkerPool _pool;
    private readonly AttentionScratch[] _scratch;   // [worker]: one page and one tile
    private readonly AttentionScratch _shared = new();
    private readonly List<AttentionTile> _tiles = [];
    private readonly List<Part> _cut = [], _whole = [];
    private readonly List<Part> _parts = [];        // of the current region
    private Stage _stage;

    public Attention(WorkerPool pool)
    {
        _pool = pool;
        _scratch = new AttentionScratch[pool.Threads];
        for (int i = 0; i < _scratch.Length; i++)
            _scratch[i] = new AttentionScratch();
    }

    private enum Stage
    {
        /// <summary>Whole tiles from start to end, and the scores of cut tiles.</summary>
        First,

        /// <summary>Exponentials and values of cut tiles.</summary>
        Second,
    }

    /// <summary>Computes the outputs of all tasks.</summary>
    public void Run(List<AttentionTask> tasks)
    {
        Divide(CollectionsMarshal.AsSpan(tasks));
        _parts.Clear();
        _parts.AddRange(_cut);
        _parts.AddRange(_whole);
        _stage = Stage.First;
        _pool.Run(this, _parts.Count);
        if (_cut.Count == 0) return;

        _parts.Clear();
        _parts.AddRange(_cut);
        _stage = Stage.Second;
        _pool.Run(this, _parts.Count);
        foreach (ref readonly AttentionTile tile in CollectionsMarshal.AsSpan(_tiles))
            if (tile.IsCut) KernelPath.Run(new FinishKernel(tile));
    }

    public override void Do(int part, int worker)
    {
        Part own = _parts[part];
        ReadOnlySpan<AttentionTile> tiles = CollectionsMarshal.AsSpan(_tiles).Slice(own.FirstTile, own.Tiles);
        KernelPath.Run(new PartKernel(tiles, own, _stage, _scratch[worker]));
    }

    public void Dispose()
    {
        _shared.Dispose();
        foreach (AttentionScratch scratch in _scratch)
            scratch.Dispose();
    }

    /// <summary>Divides tasks into tiles and tiles into parts.</summary>
    private void Divide(ReadOnlySpan<AttentionTask> tasks)
    {
        _tiles.Clear();
        _cut.Clear();
        _whole.Clear();
        long spans = 0;
        foreach (ref readonly AttentionTask task in tasks)
        {
            if (IsCut(task)) spans += Spans(task);
        }
        foreach (ref readonly AttentionTask task in tasks)
        {
            bool isCut = IsCut(task);
            for (int to = task.Tokens, from; to > 0; to = from)
            {
                AttentionTask chunk = task.Chunk(from = task.ChunkStart(to - 1), to);
                if (isCut) AddCut(chunk, _pool.Threads == 1 ? 1 : (int)(1 + _pool.Threads * PartsPerThread * (long)Spans(task) / spans));
                else AddWhole(chunk);
            }
        }
        PlaceCut();
    }

    private void AddWhole(in AttentionTask task)
    {
        int most = TileTokens(task), tiles = (task.Tokens + most - 1) / most, tokens = (task.Tokens + tiles - 1) / tiles;   // all of about the same length
        // The last tiles see the most positions: they go first, so that no long one is left for the end.
        for (int from = (task.Tokens - 1) / tokens * tokens; from >= 0; from -= tokens)
        {
            for (int kvHead = 0; kvHead < task.KvHeads; kvHead++)
            {
                AttentionTile tile = new() { Task = task, KvHead = kvHead, From = from, To = Math.Min(from + tokens, task.Tokens) };
                _whole.Add(new Part(_tiles.Count, 1, 0, tile.Spans));
                _tiles.Add(tile);
            }
        }
    }

    /// <param name="parts">Approximate number: spans are divided first, and where there are too few of them, heads too.</param>
    private void AddCut(in AttentionTask task, int parts)
    {
        int spans = Spans(task), spanParts = Math.Min(spans, parts), headParts = Math.Min(task.KvHeads, (parts + spanParts - 1) / spanParts);
        for (int i = 0; i < spanParts * headParts; i++)
        {
            int span = i / headParts, head = i % headParts, firstHead = task.KvHeads * head / headParts;
            int heads = task.KvHeads * (head + 1) / headParts - firstHead;
            _cut.Add(new Part(_tiles.Count + firstHead, heads, spans * span / spanParts, spans * (span + 1) / spanParts));
        }
        for (int kvHead = 0; kvHead < task.KvHeads; kvHead++)
            _tiles.Add(new AttentionTile { Task = task, KvHead = kvHead, IsCut = true, From = 0, To = task.Tokens });
    }

    /// <summary>Cut tiles get memory shared by all workers; other tiles use that of the worker that computes them.</summary>
    private void PlaceCut()
    {
        Span<AttentionTile> tiles = CollectionsMarshal.AsSpan(_tiles);
        long floats = 0;
        foreach (ref AttentionTile tile in tiles)
            if (tile.IsCut) floats += tile.Floats;
        float* memory = floats == 0 ? null : _shared.Reserve(floats);
        foreach (ref AttentionTile tile in tiles)
        {
            if (!tile.IsCut) continue;
            tile.Place(memory);
            memory += tile.Floats;
        }
    }

    private static int TileTokens(in AttentionTask task) =>
        Math.Max(1, Math.Clamp(TileScores / (task.FirstPosition + task.Tokens), LeastRows, MostRows) / task.Group);

    private static int Spans(in AttentionTask task) => (task.FirstPosition + task.Tokens + AttentionTask.SpanPositions - 1) / AttentionTask.SpanPositions;

    /// <summary>Whether the tokens fit one tile per head and the positions justify a second region.</summary>
    private static bool IsCut(in AttentionTask task) => KernelPath.Current != KernelWidth.Scalar && task.Tokens <= TileTokens(task) && Spans(task) > 1;

    /// <summary>What one worker computes at a time: a tile, or some spans of one or more tiles of the same tokens.</summary>
    private readonly record struct Part(int FirstTile, int Tiles, int FromSpan, int ToSpan);

    private readonly ref struct PartKernel(ReadOnlySpan<AttentionTile> tiles, Part part, Stage stage, AttentionScratch scratch) : IKernel
    {
        private readonly ReadOnlySpan<AttentionTile> _tiles = tiles;

        public void Scalar()
        {
            AttentionTile tile = _tiles[0];
            tile.Place(scratch.Reserve(tile.Floats));
            ScalarAttention.Run(tile);
        }

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct
        {
            long page = AttentionScratch.PageFloats(_tiles[0].Task);
            if (_tiles[0].IsCut)
            {
                float* memory = scratch.Reserve(page);
                if (stage == Stage.First) VectorAttention<L, F, I, B>.Score(_tiles, part.FromSpan, part.ToSpan, memory);
                else VectorAttention<L, F, I, B>.Weigh(_tiles, part.FromSpan, part.ToSpan, memory);
            }
            else
            {
                AttentionTile tile = _tiles[0];
                float* memory = scratch.Reserve(page + tile.Floats);
                tile.Place(memory + page);
                VectorAttention<L, F, I, B>.Score([tile], part.FromSpan, part.ToSpan, memory);
                VectorAttention<L, F, I, B>.Weigh([tile], part.FromSpan, part.ToSpan, memory);
                VectorAttention<L, F, I, B>.Finish(tile);
            }
        }
    }

    private readonly ref struct FinishKernel(in AttentionTile tile) : IKernel
    {
        private readonly ref readonly AttentionTile _tile = ref tile;

        public void Scalar() => throw new UnreachableException("plain kernels cut no tile");

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            VectorAttention<L, F, I, B>.Finish(_tile);
    }
}
