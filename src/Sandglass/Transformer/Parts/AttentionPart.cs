using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>The first part of a block, and what its kinds share: rotation of queries and keys, the caches, and attention, which reads these.</summary>
internal abstract unsafe record AttentionPart
{
    /// <summary>To the width of the model, from what the heads give.</summary>
    public required Linear Output { get; init; }

    /// <summary>Of the queries before they are rotated, each head's by itself or all together; null for none.</summary>
    public Norm? QueryNorm { get; init; }

    /// <summary>Of the keys, in the same way.</summary>
    public Norm? KeyNorm { get; init; }

    public required int Heads { get; init; }
    public required int KvHeads { get; init; }
    public required int KeyDim { get; init; }
    public required int ValueDim { get; init; }

    /// <summary>Whether queries and keys are rotated to their positions; a layer that does not sees what it sees in no order.</summary>
    public bool Rotates { get; init; } = true;

    /// <summary>Factor on the scores.</summary>
    public required float Scale { get; init; }

    /// <summary>Bound of the scores; 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>Positions that a token sees in this layer, its own included; 0 for all, or those of the window that was asked for by option.</summary>
    public int Window { get; init; }

    /// <summary>The products of the normed tokens.</summary>
    public abstract IEnumerable<Linear> Inputs { get; }

    /// <summary>Multiply-adds of one token's products with the weights.</summary>
    public abstract long MultiplyAdds { get; }

    /// <summary>Of the normed tokens, into a buffer or added to it.</summary>
    /// <param name="to">[token, width]</param>
    public abstract void Run(RunState state, int layer, TokenBuffer to, bool add);

    /// <summary>Multiply-adds of a segment's scores and weighted values.</summary>
    public long MultiplyAddsOf(in Segment segment, int window, int sinkTokens)
    {
        long tokens = segment.Tokens.Length, visible = tokens * segment.FirstPosition + tokens * (tokens + 1) / 2; // 1 + 2 + … beyond what came before
        if (Window > 0) (window, sinkTokens) = (Window, 0);
        if (window > 0)
        {
            long most = (long)window + sinkTokens, from = Math.Max(segment.FirstPosition, most), less = Math.Max(0, segment.EndPosition - from);
            visible -= less * (2 * (from - most) + less + 1) / 2;   // token by token 1, 2, … positions more have left the window
        }
        return visible * Heads * (KeyDim + ValueDim);
    }

    /// <summary>Positions that any token of a segment sees: from the first one's window on, and the sinks.</summary>
    public long PositionsSeenBy(in Segment segment, int window, int sinkTokens)
    {
        if (Window > 0) (window, sinkTokens) = (Window, 0);
        int first = window == 0 ? 0 : segment.FirstPosition - window + 1;
        return first <= sinkTokens ? segment.EndPosition : sinkTokens + segment.EndPosition - first;
    }

    /// <summary>From queries, keys and values to what each head attended to.</summary>
    /// <remarks>Keys and values go into the caches first, and attention reads the caches only: so a chunk of a prompt and a single token see the same
    /// bits.</remarks>
    protected void Attend(RunState state, int layer)
    {
        state.RotateAndStore.Run(state, this, layer);
        state.QuantizePages.Run(state.Batch, layer);
        List<AttentionTask> tasks = state.AttentionTasks;
        tasks.Clear();
        bool isWatched = false;
        foreach (ref readonly Segment segment in state.Batch.Segments)
        {
            AttentionTask task = new()
            {
                Queries = state.Queries.Row(segment.FirstRow),
                Output = state.Attended.Row(segment.FirstRow),
                KeyPages = segment.Cache.KeyPages(layer),
                ValuePages = segment.Cache.ValuePages(layer),
                WrittenKeyPages = segment.Cache.WrittenKeyPages(layer),
                WrittenValuePages = segment.Cache.WrittenValuePages(layer),
                Types = segment.Cache.Shape.Types,
                Tokens = segment.Tokens.Length,
                FirstPosition = segment.FirstPosition - segment.Cache.RemovedPositions,
                Window = Window > 0 ? Window : state.Window,
                SinkTokens = state.SinkTokens,
                SinkQueries = state.SinkQueries is null ? null : state.SinkQueries.Row(segment.FirstRow),
                Heads = Heads,
                KvHeads = KvHeads,
                KeyDim = KeyDim,
                ValueDim = ValueDim,
                Scale = Scale,
                SoftCap = SoftCap,
            };
            isWatched |= segment.Watched is not null;
            segment.Watched?.Place(ref task);
            tasks.Add(task);
        }
        state.Attention.Run(tasks);
        for (int i = 0; isWatched && i < tasks.Count; i++)
            state.Batch.Segments[i].Watched?.Take(layer, tasks[i], state.Window, state.Batch.Segments[i].Cache.RemovedPositions);
    }
}
