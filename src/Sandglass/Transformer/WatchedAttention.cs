using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Takes down what the last tokens of a segment attend to, layer by layer: bytes for each layer, and single heads as they are.</summary>
/// <remarks>Attention writes a layer's weights side by side while it has them at hand; the engine's thread makes bytes of them before the next layer overwrites
/// them.</remarks>
/// <param name="layers">Of the model.</param>
/// <param name="maxima">Whether the largest of a layer's heads is taken down beside the mean.</param>
/// <param name="heads">Heads whose weights are kept.</param>
internal sealed unsafe class WatchedAttention(int layers, bool maxima, IReadOnlyList<(int Layer, int Head)> heads) : IDisposable
{
    private readonly AttentionScratch _memory = new();
    private readonly List<WatchedRow> _rows = [];
    private int _tokens;
    private float* _weights;        // [token, head, stride]

    /// <summary>What was taken down of the last batch: one a token.</summary>
    public IReadOnlyList<WatchedRow> Rows => _rows;

    /// <summary>A batch is about to go through, of which so many tokens at the segment's end are watched.</summary>
    public void Begin(int tokens)
    {
        _tokens = tokens;
        _rows.Clear();
    }

    /// <summary>Says where the weights go.</summary>
    public void Place(ref AttentionTask task)
    {
        if (_tokens == 0) return;
        task.FirstWatched = task.Tokens - _tokens;
        task.WeightStride = (task.FirstPosition + task.Tokens + 15) & ~15;
        task.Weights = _weights = _memory.Reserve((long)_tokens * task.Heads * task.WeightStride);
    }

    /// <summary>A layer has attended.</summary>
    /// <param name="window">Of all layers; one that has a window of its own is as wide as the others, and what it does not see weighs nothing.</param>
    /// <param name="removed">Positions that the task's are lower by.</param>
    public void Take(int layer, in AttentionTask task, int window, int removed)
    {
        for (int token = 0; token < _tokens; token++)
        {
            int position = task.FirstPosition + task.FirstWatched + token, from = (task with { Window = window }).FirstSeen(position);
            if (token == _rows.Count)
            {
                int sinks = from == 0 ? 0 : task.SinkTokens, columns = sinks + position + 1 - from;
                _rows.Add(new WatchedRow(sinks, from == 0 ? 0 : from + removed, columns, layers, maxima, heads.Count));
            }
            Take(layer, task, _rows[token], task.WeightsOf(task.FirstWatched + token, 0), from);
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Take(int layer, in AttentionTask task, WatchedRow row, float* weights, int from)
    {
        int sinks = row.Sinks, rest = row.Columns - sinks, at = layer * row.Columns;
        fixed (byte* means = row.Means)
        {
            WeightBytes.Means(weights, task.Heads, task.WeightStride, sinks, means + at);
            WeightBytes.Means(weights + from, task.Heads, task.WeightStride, rest, means + at + sinks);
        }
        if (maxima)
        {
            fixed (byte* largest = row.Maxima)
            {
                WeightBytes.Maxima(weights, task.Heads, task.WeightStride, sinks, largest + at);
                WeightBytes.Maxima(weights + from, task.Heads, task.WeightStride, rest, largest + at + sinks);
            }
        }
        for (int i = 0; i < heads.Count; i++)
        {
            if (heads[i].Layer != layer) continue;
            float* head = weights + (long)heads[i].Head * task.WeightStride;
            new ReadOnlySpan<float>(head, sinks).CopyTo(row.Heads[i]);
            new ReadOnlySpan<float>(head + from, rest).CopyTo(row.Heads[i].AsSpan(sinks));
        }
    }
}

/// <summary>What one token attended to. Columns are positions: the sinks that the window has left, then those from a position on.</summary>
/// <param name="sinks">First positions that are seen beside the window; 0 where it has left none behind.</param>
/// <param name="from">The position of the first column after them.</param>
/// <param name="columns">Columns.</param>
internal sealed class WatchedRow(int sinks, int from, int columns, int layers, bool maxima, int heads)
{
    public int Sinks => sinks;

    public int From => from;

    public int Columns => columns;

    /// <summary>[layer, column], as <see cref="WeightBytes"/> has it.</summary>
    public byte[] Means { get; } = GC.AllocateUninitializedArray<byte>(layers * columns);     // each layer fills in its part

    /// <summary>The same of the largest head; empty where it is not asked for.</summary>
    public byte[] Maxima { get; } = maxima ? GC.AllocateUninitializedArray<byte>(layers * columns) : [];

    /// <summary>[head][column]</summary>
    public float[][] Heads { get; } = heads == 0 ? [] : [.. Enumerable.Range(0, heads).Select(_ => new float[columns])];
}
