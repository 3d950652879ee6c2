using Sandglass.Kernels;
using Sandglass.Sampling;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>
/// Rows of logits become tokens: what a row alone decides is worked out by all workers, rows of different sequences side by side; then each sequence takes its
/// row, in order, on the engine's thread.
/// </summary>
/// <remarks>
/// Rows of one sequence go one after the other, since what the first becomes decides whether there is a second: a drafted token that is refused has none. No
/// result depends on which worker made it.
/// </remarks>
/// <param name="pool">The engine's.</param>
/// <param name="buffers">Of the engine's thread, which is worker 0; the others have their own.</param>
internal sealed unsafe class Choosing(WorkerPool pool, SamplingBuffers buffers) : Job
{
    private readonly SamplingBuffers[] _buffers =
        [buffers, .. Enumerable.Range(1, pool.Threads - 1).Select(_ => new SamplingBuffers(buffers.VocabularySize))];
    private readonly List<int> _round = [];     // rows, of which no two have the same owner
    private StepBatch? _batch;
    private TokenBuffer? _logits;
    private int _from;

    /// <summary>Logits that are worth more than one worker: fewer are done before another one notices them.</summary>
    public int FloatsToShare { get; init; } = 16384;

    /// <summary>Gives rows to their sequences.</summary>
    /// <param name="from">The first row, in the batch.</param>
    /// <param name="count">Rows, from the beginning of the buffer.</param>
    public void Give(StepBatch batch, int from, int count, TokenBuffer logits)
    {
        (_batch, _logits, _from) = (batch, logits, from);
        for (int nth = 0; ; nth++)
        {
            Gather(nth, count);
            if (_round.Count == 0) break;
            if (_round.Count * logits.Columns >= FloatsToShare) pool.Run(this, _round.Count);
            else for (int part = 0; part < _round.Count; part++) Do(part, 0);
            foreach (int row in _round) Take(row);
        }
        (_batch, _logits) = (null, null);       // keeps no text alive
    }

    public override void Do(int part, int worker)
    {
        int row = _round[part];
        Sequence sequence = _batch!.Owners[_from + row];
        try
        {
            sequence.Prepare(Row(row), _buffers[worker]);
        }
        catch (Exception failure)
        {
            sequence.Fail(failure);
        }
    }

    /// <summary>The nth row of each sequence that has so many in the buffer: they lie side by side there.</summary>
    private void Gather(int nth, int count)
    {
        _round.Clear();
        ReadOnlySpan<Sequence> owners = _batch!.Owners.Slice(_from, count);
        for (int row = nth; row < count; row++)
        {
            bool isNth = owners[row - nth] == owners[row] && (row == nth || owners[row - nth - 1] != owners[row]);
            if (isNth && IsWanted(row)) _round.Add(row);
        }
    }

    /// <summary>Whether its token is still in the cache: it is not if it was drafted, and refused.</summary>
    private bool IsWanted(int row)
    {
        Sequence sequence = _batch!.Owners[_from + row];
        return !sequence.HasFailed && _batch.Position(_from + row) < sequence.Cache.Length;
    }

    private void Take(int row)
    {
        if (!IsWanted(row)) return;             // what was worked out for it failed, or a row before it ended its search
        Sequence sequence = _batch!.Owners[_from + row];
        try
        {
            sequence.Take(Row(row));
        }
        catch (Exception failure)
        {
            sequence.Fail(failure);
        }
    }

    private ReadOnlySpan<float> Row(int row) => new(_logits!.Row(row), _logits.Columns);
}
