using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Attention, with rotary positions or none, whose query heads share heads of keys and values. Sources: Vaswani et al. 2017; Ainslie et al. 2023.</summary>
internal sealed unsafe record GroupedAttention
{
    /// <summary>[heads * keyDim, width]</summary>
    public required Linear Query { get; init; }

    /// <summary>[kvHeads * keyDim, width]</summary>
    public required Linear Key { get; init; }

    /// <summary>[kvHeads * valueDim, width]</summary>
    public required Linear Value { get; init; }

    /// <summary>[width, heads * valueDim]</summary>
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

    /// <summary>Multiply-adds of one token's products with the weights.</summary>
    public long MultiplyAdds => Query.MultiplyAdds + Key.MultiplyAdds + Value.MultiplyAdds + Output.MultiplyAdds;

    /// <summary>Of the normed tokens, into a buffer or added to it.</summary>
    /// <remarks>Keys and values go into the caches first, and attention reads the caches only: so a chunk of a prompt and a single token see the same bits.</remarks>
    /// <param name="to">[token, width]</param>
    public void Run(RunState state, int layer, TokenBuffer to, bool add)
    {
        Batch batch = state.Batch;
        state.MatMul.Run(state.Normed.Input(batch.Tokens), Query.To(state.Queries), Key.To(state.Keys), Value.To(state.Values));
        state.RotateAndStore.Run(state, this, layer);
        state.QuantizePages.Run(batch, layer);
        Attend(state, layer);
        state.Quantize.Run(state.Attended, batch.Tokens);
        state.MatMul.Run(state.Attended.Input(batch.Tokens), Output.To(to, add));
    }

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

    private void Attend(RunState state, int layer)
    {
        List<AttentionTask> tasks = state.AttentionTasks;
        tasks.Clear();
        foreach (ref readonly Segment segment in state.Batch.Segments)
        {
            tasks.Add(new AttentionTask
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
            });
        }
        state.Attention.Run(tasks);
    }
}
