namespace Sandglass.Planning;

/// <summary>What a matrix of weights does: mixtures of types give some of them more bits.</summary>
internal enum WeightRole
{
    /// <summary>Token ids to vectors: one row is read a token, nothing is multiplied.</summary>
    Embedding,

    /// <summary>Positions to vectors, where they are learned.</summary>
    PositionEmbedding,

    /// <summary>To the scores of the vocabulary.</summary>
    Output,

    /// <summary>Queries, keys and the output of attention.</summary>
    Attention,

    /// <summary>Values; of latent attention, from the latent vector to keys and values.</summary>
    Value,

    /// <summary>Gates and ups of feed-forward parts.</summary>
    FeedForward,

    /// <summary>Downs of feed-forward parts.</summary>
    Down,

    /// <summary>Which experts a token takes.</summary>
    Router,
}

/// <summary>A matrix of weights, or several alike.</summary>
/// <param name="Role">What it does.</param>
/// <param name="Layer">Its layer, from 0; -1 outside of all.</param>
/// <param name="Rows">Values that come out.</param>
/// <param name="Columns">Values that go in.</param>
/// <param name="Copies">How many there are.</param>
/// <param name="Used">How many of them a token uses.</param>
internal readonly record struct WeightShape(WeightRole Role, int Layer, long Rows, long Columns, int Copies = 1, int Used = 1)
{
    /// <summary>Values of all copies.</summary>
    public long Values => Rows * Columns * Copies;

    /// <summary>Multiply-adds of a token.</summary>
    public long MultiplyAdds => Role is WeightRole.Embedding or WeightRole.PositionEmbedding ? 0 : Rows * Columns * Used;
}
