namespace Sandglass.Kernels;

/// <summary>How elements of cached keys and values are stored.</summary>
public enum CacheType
{
    /// <summary>F32: what was computed.</summary>
    F32,

    /// <summary>F16, rounded to nearest even: half the memory.</summary>
    F16,
}

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

    /// <summary>Of each page of the sequence in this layer: [kvHead, keyDim, 32], transposed, so that a lane is a position.</summary>
    public byte** KeyPages;

    /// <summary>Of each page of the sequence in this layer: [kvHead, 32, valueDim].</summary>
    public byte** ValuePages;

    public CacheType Type;

    public int Tokens;

    /// <summary>Position of the first token; token t stands at FirstPosition + t and sees all positions up to its own, or those within the window.</summary>
    /// <remarks>Whole spans behind the sinks' that nobody sees any more may be taken out: positions are then less by as much, also where the tables have their pages.</remarks>
    public int FirstPosition;

    /// <summary>Positions that a token sees, its own included; 0 for all.</summary>
    public int Window;

    /// <summary>First positions that are seen beside the window.</summary>
    public int Sinks;

    /// <summary>[token, head, keyDim]: queries for the sinks, once the window has left them: turned to the distance that sinks have inside the cache; null where there are none.</summary>
    public float* SinkQueries;

    public int Heads;
    public int KvHeads;
    public int KeyDim;
    public int ValueDim;

    /// <summary>Factor on the scores, mostly 1 / sqrt(keyDim).</summary>
    public float Scale;

    /// <summary>Query heads that share one head of keys and values.</summary>
    public readonly int Group => Heads / KvHeads;

    /// <summary>Bytes of one cached element.</summary>
    public readonly int ElementBytes => BytesOf(Type);

    /// <summary>Bytes of an element of a type.</summary>
    public static int BytesOf(CacheType type) => type == CacheType.F32 ? 4 : 2;

    /// <summary>The first position that a token sees beside the sinks; 0 where it sees all.</summary>
    public readonly int FirstSeen(int position) => Window == 0 || position - Window + 1 <= Sinks ? 0 : position - Window + 1;

    /// <summary>One head's keys in a page, [keyDim, 32].</summary>
    public readonly byte* Keys(int page, int kvHead) => KeyPages[page] + (long)kvHead * KeyDim * PagePositions * ElementBytes;

    /// <summary>One head's values in a page, [32, valueDim].</summary>
    public readonly byte* Values(int page, int kvHead) => ValuePages[page] + (long)kvHead * ValueDim * PagePositions * ElementBytes;

    /// <summary>The query of a token and head.</summary>
    public readonly float* Query(int token, int head) => Queries + ((long)token * Heads + head) * KeyDim;

    /// <summary>Where the result of a token and head goes.</summary>
    public readonly float* Result(int token, int head) => Output + ((long)token * Heads + head) * ValueDim;
}
