using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>Softmax attention: all scores of a row, then the weighted sum of values. Source: Vaswani et al. 2017; grouped heads: Ainslie et al. 2023.</summary>
/// <remarks>
/// A row is one (token, query head). Its scores are written out (a lane is a position, d runs in order), then the maximum is taken, then exponentials and
/// weighted values are summed in order inside spans of 256 positions and the spans' sums added in order. Nothing depends on how tokens were batched or who worked.
/// <para>Many tiles keep all workers busy, one parallel region for all. A few long ones are cut at borders of spans, so that one token with a long past is everybody's
/// work: scores in the first region; exponentials and values, which need the maximum, in a second; then the spans are added.</para>
/// </remarks>
internal sealed unsafe class Attention : Job, IDisposable
{
    private const int MostRows = 64;                // rows that share one reading of a page
    private const int LeastRows = 16;
    private const int TileScores = 128 * 1024;      // half a megabyte: a tile's scores stay in the second cache
    private const int PartsPerThread = 8;           // small enough that a slow core does not hold up the step
    private const int LeastSpans = 2;               // of a part: less is not worth a second region

    private readonly WorkerPool _pool;
    private readonly AttentionScratch[] _scratch;   // [worker]: a page, and a tile of its own
    private readonly AttentionScratch _shared = new();
    private readonly List<AttentionTile> _tiles = [];
    private readonly List<Part> _whole = [], _cut = [];
    private readonly List<Part> _parts = [];        // of the region in progress
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
        /// <summary>Whole tiles from beginning to end, and the scores of those that are cut.</summary>
        First,

        /// <summary>Exponentials and values of those that are cut.</summary>
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
        foreach (Part part in _cut)
            if (part.FromSpan == 0) Finish(CollectionsMarshal.AsSpan(_tiles)[part.Tile]);
    }

    public override void Do(int piece, int worker)
    {
        Part part = _parts[piece];
        AttentionTile tile = CollectionsMarshal.AsSpan(_tiles)[part.Tile];
        long page = AttentionScratch.PageFloats(tile.Task);
        bool whole = tile.Scores == null;
        float* memory = _scratch[worker].Reserve(page + (whole ? tile.Floats : 0));
        if (whole) tile.Place(memory + page);
        switch (KernelPath.Current)
        {
            case KernelWidth.Vector512: Do<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(tile, part, whole, memory); break;
            case KernelWidth.Vector256: Do<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>(tile, part, whole, memory); break;
            case KernelWidth.Vector128: Do<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>(tile, part, whole, memory); break;
            default: ScalarAttention.Run(tile); break;
        }
    }

    public void Dispose()
    {
        _shared.Dispose();
        foreach (AttentionScratch scratch in _scratch)
            scratch.Dispose();
    }

    private void Do<L, F, I, B>(in AttentionTile tile, Part part, bool whole, float* page)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
    {
        if (_stage == Stage.First) VectorAttention<L, F, I, B>.Score(tile, part.FromSpan, part.ToSpan, page);
        if (_stage == Stage.Second || whole) VectorAttention<L, F, I, B>.Weigh(tile, part.FromSpan, part.ToSpan, page);
        if (whole) VectorAttention<L, F, I, B>.Finish(tile);
    }

    private static void Finish(in AttentionTile tile)
    {
        switch (KernelPath.Current)
        {
            case KernelWidth.Vector512: VectorAttention<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>.Finish(tile); break;
            case KernelWidth.Vector256: VectorAttention<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>.Finish(tile); break;
            default: VectorAttention<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>.Finish(tile); break;
        }
    }

    /// <summary>Tasks to tiles, and long tiles to parts where there are too few for all workers.</summary>
    private void Divide(ReadOnlySpan<AttentionTask> tasks)
    {
        _tiles.Clear();
        foreach (ref readonly AttentionTask task in tasks)
        {
            int rows = Math.Clamp(TileScores / (task.FirstPosition + task.Tokens), LeastRows, MostRows);
            int tokens = Math.Max(1, rows / task.Group);
            // The last tiles see the most positions: they go first, so that no worker is left alone with a long one.
            for (int from = (task.Tokens - 1) / tokens * tokens; from >= 0; from -= tokens)
            {
                for (int kvHead = 0; kvHead < task.KvHeads; kvHead++)
                    _tiles.Add(new AttentionTile { Task = task, KvHead = kvHead, From = from, To = Math.Min(from + tokens, task.Tokens) });
            }
        }

        Span<AttentionTile> tiles = CollectionsMarshal.AsSpan(_tiles);
        int partSpans = PartSpans(tiles);
        _whole.Clear();
        _cut.Clear();
        long floats = 0;
        for (int i = 0; i < tiles.Length; i++)
        {
            int spans = tiles[i].Spans, parts = (spans - 1) / partSpans + 1;
            if (parts == 1) _whole.Add(new Part(i, 0, spans));
            else floats += tiles[i].Floats;
            for (int part = 0; part < parts && parts > 1; part++)
                _cut.Add(new Part(i, spans * part / parts, spans * (part + 1) / parts));
        }

        float* memory = _cut.Count == 0 ? null : _shared.Reserve(floats);
        foreach (Part part in _cut)
        {
            if (part.FromSpan > 0) continue;
            tiles[part.Tile].Place(memory);
            memory += tiles[part.Tile].Floats;
        }
    }

    /// <summary>Spans that a part may have at most.</summary>
    private int PartSpans(ReadOnlySpan<AttentionTile> tiles)
    {
        if (_pool.Threads == 1 || KernelPath.Current == KernelWidth.Scalar) return int.MaxValue;
        long all = 0;   // (span, row)
        int rows = 0;
        foreach (ref readonly AttentionTile tile in tiles)
        {
            all += (long)tile.Spans * tile.Rows;
            rows = Math.Max(rows, tile.Rows);
        }
        return (int)Math.Max(all / rows / (_pool.Threads * PartsPerThread), LeastSpans);
    }

    /// <summary>What one worker does at a time: a tile, or some spans of it.</summary>
    private readonly record struct Part(int Tile, int FromSpan, int ToSpan);
}
