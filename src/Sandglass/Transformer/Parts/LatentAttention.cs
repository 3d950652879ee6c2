namespace Sandglass.Transformer;

/// <summary>
/// Multi-head latent attention: all heads read one latent vector a position, from which each would make its keys and values by matrices of its own. These are
/// absorbed: a head's query is taken into the latent space instead, and what it attends to is taken out of it, so that the cache keeps the latent vector only.
/// Source: DeepSeek-AI 2024, arXiv:2405.04434, 2.1.
/// </summary>
/// <remarks>To the cache this is attention with a single head of keys, [rope | latent], and of values, the latent part of the keys.</remarks>
internal sealed unsafe record LatentAttention : AttentionPart
{
    /// <summary>[queryRank, width], where queries are made of a latent vector too; null where they are made of the tokens.</summary>
    public Linear? QueryDown { get; init; }

    /// <summary>Of that latent vector.</summary>
    public Norm? QueryDownNorm { get; init; }

    /// <summary>[heads * (plain + rope), width or queryRank]</summary>
    public required Linear Query { get; init; }

    /// <summary>[latent + rope, width]</summary>
    public required Linear KeyValueDown { get; init; }

    /// <summary>Of the latent vector.</summary>
    public required Norm LatentNorm { get; init; }

    /// <summary>[head]: [latent, plain], from a head's query into the latent space.</summary>
    public required Linear[] IntoLatent { get; init; }

    /// <summary>[head]: [value, latent], from what a head attended to out of it.</summary>
    public required Linear[] OutOfLatent { get; init; }

    /// <summary>Values of a head's query that are rotated.</summary>
    public int RopeDim => KeyDim - ValueDim;

    /// <summary>Values of a head's query that are not.</summary>
    public int PlainDim => IntoLatent[0].Weights.Columns;

    public override IEnumerable<Linear> Inputs => [QueryDown ?? Query, KeyValueDown];

    public override long MultiplyAdds =>
        (QueryDown?.MultiplyAdds ?? 0) + Query.MultiplyAdds + KeyValueDown.MultiplyAdds + Output.MultiplyAdds
        + Heads * (IntoLatent[0].MultiplyAdds + OutOfLatent[0].MultiplyAdds);

    public override void Run(RunState state, int layer, TokenBuffer to, bool add)
    {
        LatentHeads heads = state.LatentHeads!;
        int tokens = state.Batch.Tokens;
        if (QueryDown is null)
        {
            state.MatMul.Run(state.Normed.Input(tokens), Query.To(heads.Queries), KeyValueDown.To(heads.KeyValues));
        }
        else
        {
            state.MatMul.Run(state.Normed.Input(tokens), QueryDown.To(heads.QueryLatent!), KeyValueDown.To(heads.KeyValues));
            QueryDownNorm!.Run(state, heads.QueryLatent!, heads.QueryLatent!);
            state.MatMul.Run(heads.QueryLatent!.Input(tokens), Query.To(heads.Queries));
        }

        state.SplitHeads.Run(heads.Queries, tokens, heads.Plain);
        for (int head = 0; head < Heads; head++)
            state.MatMul.Run(heads.Plain[head].Input(tokens), IntoLatent[head].To(heads.Latent[head]));
        state.JoinLatent.Run(state, this);      // queries and keys: [rope | latent]; values: [latent]
        Attend(state, layer);

        state.SplitHeads.Run(state.Attended, tokens, heads.Latent);
        for (int head = 0; head < Heads; head++)
            state.MatMul.Run(heads.Latent[head].Input(tokens), OutOfLatent[head].To(heads.Values[head]));
        state.JoinHeads.Run(heads.Values, tokens, heads.Attended);
        state.MatMul.Run(heads.Attended.Input(tokens), Output.To(to, add));
    }
}
