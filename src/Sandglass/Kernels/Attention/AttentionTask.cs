namespace Sandglass.Kernels;

/// <summary>One attention of a batch: queries of neighbouring positions of one sequence against its pages.</summary>
internal unsafe struct AttentionTask
{
    /// <summary>Positions of a page.</summary>
    public const int PagePositions = 32;

    /// <summary>Positions whose exponentials and values are summed apart, before the spans' sums are added in order.</summary>
    public const int SpanPositions = 256;

    /// <summary>[token, head, keyDim]</summary>
    public float* Queries;

    /// <summary>[token, head, valueDim]</summary>
    public float* Output;

    /// <summary>Of each page of the sequence in this layer: [kvHead, keyDim, 32], transposed, so that a lane is a position. Of quantised types null where a page is not full.</summary>
    public byte** KeyPages;

    /// <summary>Of each page of the sequence in this layer: [kvHead, 32, valueDim]. Of quantised types null where a page is not full.</summary>
    public byte** ValuePages;

    /// <summary>Of quantised types: the tokens' own pages as they were written. A query reads its own page here, and all earlier ones quantised.</summary>
    public byte** WrittenKeyPages;

    /// <summary>The same of values.</summary>
    public byte** WrittenValuePages;

    public CacheTypes Types;

    public int Tokens;

    /// <summary>Position of the first token; token t stands at FirstPosition + t and sees all positions up to its own, or those within the window.</summary>
    /// <remarks>Whole spans behind the sinks' that nobody sees any more may be taken out: positions are then less by as much, also where the tables have their pages.</remarks>
    public int FirstPosition;

    /// <summary>Positions that a token sees, its own included; 0 for all.</summary>
    public int Window;

    /// <summary>First positions that are seen beside the window.</summary>
    public int SinkTokens;

    /// <summary>[token, head, keyDim]: queries for the sinks, once the window has left them: turned to the distance that sinks have inside the cache; null where there are none.</summary>
    public float* SinkQueries;

    public int Heads;
    public int KvHeads;
    public int KeyDim;
    public int ValueDim;

    /// <summary>Factor on the scores, mostly 1 / sqrt(keyDim).</summary>
    public float Scale;

    /// <summary>No score is larger than this: they become SoftCap * tanh(score / SoftCap) before the maximum is taken; 0 for none.</summary>
    public float SoftCap;

    /// <summary>Query heads that share one head of keys and values.</summary>
    public readonly int Group => Heads / KvHeads;

    /// <summary>The page that is read as it was written, where full pages are quantised: that of all tokens, which a task of <see cref="Chunk"/> has. Else none, -1.</summary>
    public readonly int OwnPage => Types.AreQuantized ? FirstPosition / PagePositions : -1;

    /// <summary>The first of those that are attended together with a token: where full pages are quantised, of its own page.</summary>
    public readonly int ChunkStart(int token) => Types.AreQuantized ? Math.Max(0, (FirstPosition + token) / PagePositions * PagePositions - FirstPosition) : 0;

    /// <summary>Some of the tokens.</summary>
    public readonly AttentionTask Chunk(int from, int to) => this with
    {
        Queries = Queries + (long)from * Heads * KeyDim,
        SinkQueries = SinkQueries == null ? null : SinkQueries + (long)from * Heads * KeyDim,
        Output = Output + (long)from * Heads * ValueDim,
        FirstPosition = FirstPosition + from,
        Tokens = to - from,
    };

    /// <summary>The first position that a token sees beside the sinks; 0 where it sees all.</summary>
    public readonly int FirstSeen(int position) => Window == 0 || position - Window + 1 <= SinkTokens ? 0 : position - Window + 1;

    /// <summary>Where keys lie: of each page and head [keyDim, 32].</summary>
    public readonly CachedPages Keys => new(KeyPages, PageLayout.KeyBytes(Types.Keys, KeyDim), WrittenKeyPages, PageLayout.KeyBytes(Types.Keys.Written(), KeyDim), Types.Keys, OwnPage);

    /// <summary>Where values lie: of each page and head [32, valueDim].</summary>
    public readonly CachedPages Values => new(ValuePages, PageLayout.ValueBytes(Types.Values, ValueDim), WrittenValuePages, PageLayout.ValueBytes(Types.Values.Written(), ValueDim), Types.Values, OwnPage);

    /// <summary>The query of a token and head.</summary>
    public readonly float* Query(int token, int head) => Queries + ((long)token * Heads + head) * KeyDim;

    /// <summary>Where the result of a token and head goes.</summary>
    public readonly float* Result(int token, int head) => Output + ((long)token * Heads + head) * ValueDim;
}
