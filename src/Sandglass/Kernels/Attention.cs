using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>Softmax attention in two passes: all scores of a row, then the weighted sum of values. Source: Vaswani et al. 2017; grouped heads: Ainslie et al. 2023.</summary>
/// <remarks>
/// A row is one (token, query head). Its scores are written out (a lane is a position, d runs in order), then the maximum is taken, then exponentials and
/// weighted values are summed in order inside spans of 256 positions and the spans' sums added in order. Nothing depends on how tokens were batched or who worked.
/// </remarks>
internal sealed unsafe class Attention : Job, IDisposable
{
    private const int TileRows = 32; // rows that share one reading of a page

    private readonly WorkerPool _pool;
    private readonly AttentionScratch[] _scratch;
    private AttentionTask _task;
    private int _tileTokens;
    private int _tiles;

    public Attention(WorkerPool pool)
    {
        _pool = pool;
        _scratch = new AttentionScratch[pool.Threads];
        for (int i = 0; i < _scratch.Length; i++)
            _scratch[i] = new AttentionScratch();
    }

    /// <summary>Computes the outputs of a task.</summary>
    public void Run(in AttentionTask task)
    {
        _task = task;
        _tileTokens = Math.Max(1, Math.Min(TileRows / task.Group, task.Tokens));
        _tiles = (task.Tokens + _tileTokens - 1) / _tileTokens;
        _pool.Run(this, _tiles * task.KvHeads);
    }

    public override void Do(int piece, int worker)
    {
        // The last tiles see the most positions: they go first, so that no worker is left alone with a long one.
        int kvHead = piece % _task.KvHeads, tile = _tiles - 1 - piece / _task.KvHeads;
        int from = tile * _tileTokens, to = Math.Min(from + _tileTokens, _task.Tokens);
        AttentionScratch scratch = _scratch[worker];
        scratch.Reserve(_task, (to - from) * _task.Group, _task.FirstPosition + to);
        switch (KernelPath.Current)
        {
            case KernelWidth.Vector512: AttentionTile<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>.Run(_task, kvHead, from, to, scratch); break;
            case KernelWidth.Vector256: AttentionTile<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>.Run(_task, kvHead, from, to, scratch); break;
            case KernelWidth.Vector128: AttentionTile<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>.Run(_task, kvHead, from, to, scratch); break;
            default: ScalarAttention.Run(_task, kvHead, from, to, scratch); break;
        }
    }

    public void Dispose()
    {
        foreach (AttentionScratch scratch in _scratch)
            scratch.Dispose();
    }
}
