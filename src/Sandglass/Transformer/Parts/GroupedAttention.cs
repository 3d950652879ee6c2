namespace Sandglass.Transformer;

/// <summary>Attention, with rotary positions or none, whose query heads share heads of keys and values. Sources: Vaswani et al. 2017; Ainslie et al.
/// 2023.</summary>
internal sealed record GroupedAttention : AttentionPart
{
    /// <summary>[heads * keyDim, width]</summary>
    public required Linear Query { get; init; }

    /// <summary>[kvHeads * keyDim, width]</summary>
    public required Linear Key { get; init; }

    /// <summary>[kvHeads * valueDim, width]</summary>
    public required Linear Value { get; init; }

    public override IEnumerable<Linear> Inputs => [Query, Key, Value];

    public override long MultiplyAdds => Query.MultiplyAdds + Key.MultiplyAdds + Value.MultiplyAdds + Output.MultiplyAdds;

    public override void Run(RunState state, int layer, TokenBuffer to, bool add)
    {
        int tokens = state.Batch.Tokens;
        state.MatMul.Run(state.Normed.Input(tokens), Query.To(state.Queries), Key.To(state.Keys), Value.To(state.Values));
        Attend(state, layer);
        state.Quantize.Run(state.Attended, tokens);
        state.MatMul.Run(state.Attended.Input(tokens), Output.To(to, add));
    }
}
