namespace Sandglass.Kernels;

/// <summary>Attention of one sequence in a batch: queries of consecutive positions against its pages.</summary>
internal unsafe struct AttentionTask
{
    /// <summary>Positions of a page.</summary>
    public const int PagePositions = 32;

    /// <summary>Positions of a span: its exponentials and values are summed separately, then the spans' sums are added in order.</summary>
    public const int SpanPositions = 256;

    /// <summary>[token, head, keyDim]</summary>
    public float* Queries;

    /// <summary>[token, head, valueDim]</summary>
    public float* Output;

    /// <summary>
    /// Each page of the sequence in this layer: [kvHead, keyDim, 32], transposed, so that a lane is a position. Null for partial pages of quantised types.
    /// </summary>
    public byte** KeyPages;

    /// <summary>Each page of the sequence in this layer: [kvHead, 32, valueDim]. Null for partial pages of quantised types.</summary>
    public byte** ValuePages;

    /// <summary>For quantised types: the tokens' own pages as written. A query reads its own page here and all earlier pages quantised.</summary>
    public byte** WrittenKeyPages;

    /// <summary>The same for values.</summary>
    public byte** WrittenValuePages;

    /// <summary>
    /// [token from <see cref="FirstWatched"/> on, head, <see cref="WeightStride"/>]: where the weights go with which these tokens attend to the positions up to
    /// their own; 0 for those that have left a window. Null where nobody watches.
    /// </summary>
    public float* Weights;

    /// <summary>The first token whose weights are watched.</summary>
    public int FirstWatched;

    /// <summary>Floats from one head's weights to the next's: at least the positions up to the last token's, rounded up to sixteen.</summary>
    public int WeightStride;

    public CacheTypes Types;

    public int Tokens;

    /// <summary>Position of the first token; token t stands at FirstPosition + t and sees all positions up to its own, or those within the window.</summary>
    /// <remarks>
    /// Whole spans after the sinks' that no token sees any more may be removed: positions, and indices into the page tables, are then lower by that amount.
    /// </remarks>
    public int FirstPosition;

    /// <summary>Positions visible to a token, including its own; 0 for all.</summary>
    public int Window;

    /// <summary>First positions, which stay visible outside the window.</summary>
    public int SinkTokens;

    /// <summary>
    /// [token, head, keyDim]: queries for sinks that the window has left, rotated to the distance they have inside the cache; null without sinks.
    /// </summary>
    public float* SinkQueries;

    public int Heads;
    public int KvHeads;
    public int KeyDim;
    public int ValueDim;

    /// <summary>Factor on the scores, usually 1 / sqrt(keyDim).</summary>
    public float Scale;

    /// <summary>No score is larger than this: they become SoftCap * tanh(score / SoftCap) before the maximum is taken; 0 for none.</summary>
    public float SoftCap;

    /// <summary>Query heads that share one head of keys and values.</summary>
    public readonly int Group => Heads / KvHeads;

    /// <summary>
    /// The page that is read as written where full pages are quantised: the one page of all tokens of a <see cref="Chunk"/>. Otherwise none, -1.
    /// </summary>
    public readonly int OwnPage => Types.AreQuantized ? FirstPosition / PagePositions : -1;

    /// <summary>The first token attended together with a token: where full pages are quantised, the first of its page.</summary>
    public readonly int ChunkStart(int token) => Types.AreQuantized ? Math.Max(0, (FirstPosition + token) / PagePositions * PagePositions - FirstPosition) : 0;

    /// <summary>Some of the tokens.</summary>
    public readonly AttentionTask Chunk(int from, int to) => this with
    {
        Queries = Queries + (long)from * Heads * KeyDim,
        SinkQueries = SinkQueries == null ? null : SinkQueries + (long)from * Heads * KeyDim,
        Output = Output + (long)from * Heads * ValueDim,
        FirstPosition = FirstPosition + from,
        FirstWatched = FirstWatched - from,
        Tokens = to - from,
    };

    /// <summary>The first visible position after the sinks; 0 where all are visible.</summary>
    public readonly int FirstSeen(int position) => Window == 0 || position - Window + 1 <= SinkTokens ? 0 : position - Window + 1;

    /// <summary>The keys: per page and head [keyDim, 32].</summary>
    public readonly CachedPages Keys =>
        new(KeyPages, PageLayout.KeyBytes(Types.Keys, KeyDim), WrittenKeyPages, PageLayout.KeyBytes(Types.Keys.Written(), KeyDim), Types.Keys, OwnPage);

    /// <summary>The values: per page and head [32, valueDim].</summary>
    public readonly CachedPages Values =>
        new(
            ValuePages, PageLayout.ValueBytes(Types.Values, ValueDim), WrittenValuePages, PageLayout.ValueBytes(Types.Values.Written(), ValueDim),
            Types.Values, OwnPage);

    /// <summary>The query of a token and head.</summary>
    public readonly float* Query(int token, int head) => Queries + ((long)token * Heads + head) * KeyDim;

    /// <summary>Where the weights of a token and head go; null where they are not watched.</summary>
    public readonly float* WeightsOf(int token, int head) =>
        Weights == null || token < FirstWatched ? null : Weights + ((long)(token - FirstWatched) * Heads + head) * WeightStride;

    /// <summary>Where the result of a token and head goes.</summary>
    public readonly float* Result(int token, int head) => Output + ((long)token * Heads + head) * ValueDim;
}
