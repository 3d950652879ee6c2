namespace Sandglass.Transformer;

/// <summary>A mixture of experts: a router scores them, and each token takes the best few, weighted by their softmax.</summary>
/// <remarks>
/// The tokens of an expert go through it together, so that its weights are read once for all of them. A token adds up its experts from the lowest number to the
/// highest, whatever its neighbours chose: a sum in any other order would make its bits depend on them. Source: Shazeer et al. 2017, arXiv:1701.06538.
/// </remarks>
internal sealed unsafe record Experts : IFeedForward
{
    /// <summary>[experts, width]</summary>
    public required Linear Router { get; init; }

    /// <summary>[expert]; all of one shape.</summary>
    public required FeedForward[] All { get; init; }

    /// <summary>Takes every token beside its experts; null for none.</summary>
    public FeedForward? Shared { get; init; }

    /// <summary>How many a token takes.</summary>
    public required int Used { get; init; }

    /// <summary>Whether the weights of the experts that a token takes have a sum of 1; otherwise those of all experts have.</summary>
    public required bool Normalized { get; init; }

    /// <summary>Factor on the weights.</summary>
    public float Scale { get; init; } = 1;

    public IEnumerable<Linear> Inputs => [Router, .. Parts.SelectMany(part => part.Inputs)];

    public IEnumerable<FeedForward> Parts => Shared is null ? All : [Shared, .. All];

    public long MultiplyAdds => Router.MultiplyAdds + Used * All[0].MultiplyAdds + (Shared?.MultiplyAdds ?? 0);

    public long IdleBytes => All.Sum(expert => expert.Bytes) / All.Length * (All.Length - Used);

    public void Run(RunState state, TokenBuffer to, bool add)
    {
        int tokens = state.Batch.Tokens;
        ExpertRouting routing = state.Routing!;
        state.MatMul.Run(state.Normed.Input(tokens), Router.To(routing.Scores));
        state.ChooseExperts.Run(this, routing, tokens);
        routing.GroupByExpert(tokens);

        if (Shared is not null) Shared.Run(state, to, add);
        else if (!add) new Span<float>(to.Values, tokens * to.Columns).Clear();
        for (int expert = 0; expert < All.Length; expert++)
        {
            ReadOnlyMemory<int> rows = routing.TokensOf(expert);
            if (rows.IsEmpty) continue;

            bool all = rows.Length == tokens;   // then they are in their own order, as of a single token
            if (!all) state.Copy.Run(state.Normed, rows, routing.Gathered);
            All[expert].Run(state, all ? state.Normed : routing.Gathered, rows.Length, routing.Part, add: false);
            state.AddWeighted.Run(to, rows, routing.Part, routing.WeightsOf(expert));
        }
    }
}
