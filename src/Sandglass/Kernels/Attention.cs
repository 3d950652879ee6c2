using System.Runtime.InteropServices;
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
    private readonly List<Part> _parts = [];

    public Attention(WorkerPool pool)
    {
        _pool = pool;
        _scratch = new AttentionScratch[pool.Threads];
        for (int i = 0; i < _scratch.Length; i++)
            _scratch[i] = new AttentionScratch();
    }

    /// <summary>Computes the outputs of all tasks.</summary>
    public void Run(List<AttentionTask> tasks)
    {
        _parts.Clear();
        foreach (ref readonly AttentionTask task in CollectionsMarshal.AsSpan(tasks))
        {
            int tileTokens = Math.Max(1, TileRows / task.Group);
            // The last tiles see the most positions: they go first, so that no worker is left alone with a long one.
            for (int from = (task.Tokens - 1) / tileTokens * tileTokens; from >= 0; from -= tileTokens)
            {
                for (int kvHead = 0; kvHead < task.KvHeads; kvHead++)
                    _parts.Add(new Part(task, kvHead, from, Math.Min(from + tileTokens, task.Tokens)));
            }
        }
        _pool.Run(this, _parts.Count);
    }

    public override void Do(int piece, int worker)
    {
        (AttentionTask task, int kvHead, int from, int to) = _parts[piece];
        AttentionScratch scratch = _scratch[worker];
        scratch.Reserve(task, (to - from) * task.Group, task.FirstPosition + to);
        switch (KernelPath.Current)
        {
            case KernelWidth.Vector512: AttentionTile<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>.Run(task, kvHead, from, to, scratch); break;
            case KernelWidth.Vector256: AttentionTile<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>.Run(task, kvHead, from, to, scratch); break;
            case KernelWidth.Vector128: AttentionTile<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>.Run(task, kvHead, from, to, scratch); break;
            default: ScalarAttention.Run(task, kvHead, from, to, scratch); break;
        }
    }

    public void Dispose()
    {
        foreach (AttentionScratch scratch in _scratch)
            scratch.Dispose();
    }

    /// <summary>What one worker does at a time: some tokens of a task, and the query heads of one head of keys and values.</summary>
    private readonly record struct Part(AttentionTask Task, int KvHead, int From, int To);
}
