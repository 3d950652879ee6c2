namespace Sandglass.Kernels;

/// <summary>
/// Rows attended together: some tokens of a task and the query heads that share one head of keys and values. Each page is read once for all of them.
/// </summary>
internal unsafe struct AttentionTile
{
    public const int PagesPerSpan = AttentionTask.SpanPositions / AttentionTask.PagePositions;

    public AttentionTask Task;
    public int KvHead;

    /// <summary>Whether several workers share it, cut at span borders.</summary>
    public bool IsCut;

    /// <summary>The first token.</summary>
    public int From;

    /// <summary>One past the last token.</summary>
    public int To;

    /// <summary>[row, ScoreStride]: scores, then their exponentials.</summary>
    public float* Scores;

    /// <summary>[span, row, DimStride]: weighted values.</summary>
    public float* Sums;

    /// <summary>[span, row, MinimumStride]: weighted minima of values, sixteen lanes per block: lane l holds positions l, l + 16, l + 32, ...</summary>
    public float* Minima;

    /// <summary>[span, row]: the largest score.</summary>
    public float* Maxima;

    /// <summary>[span, row]: the sum of the exponentials.</summary>
    public float* Divisors;

    /// <summary>[row]: its query, [keyDim]. Stored once: a row's token and head take a division each, and every page needs them.</summary>
    private float** _queries;

    /// <summary>[row]: its query for the sinks.</summary>
    private float** _sinkQueries;

    /// <summary>[row]: one past its last visible position.</summary>
    private int* _visible;

    public readonly int Rows => (To - From) * Task.Group;

    /// <summary>Positions visible to the last token.</summary>
    public readonly int Positions => Task.FirstPosition + To;

    public readonly int Pages => (Positions + AttentionTask.PagePositions - 1) / AttentionTask.PagePositions;

    public readonly int Spans => (Positions + AttentionTask.SpanPositions - 1) / AttentionTask.SpanPositions;

    /// <summary>Floats from one row's scores to the next's: whole spans.</summary>
    public readonly int ScoreStride => Spans * AttentionTask.SpanPositions;

    /// <summary>valueDim rounded up to 16.</summary>
    public readonly int DimStride => (Task.ValueDim + 15) & ~15;

    /// <summary>Floats of a row's weighted minima; 0 except for Q4.</summary>
    public readonly int MinimumStride => Task.Types.Values == CacheType.Q4 ? 16 * PageLayout.ValueBlocks(Task.ValueDim) : 0;

    /// <summary>Size of the buffers in floats; a multiple of 16.</summary>
    public readonly long Floats => SumFloats + ((Rows * (2 * (sizeof(float*) / sizeof(float)) + 1) + 15) & ~15L);

    /// <summary>The buffers of F32 alone.</summary>
    private readonly long SumFloats => ((long)Rows * ScoreStride + (long)Spans * Rows * (DimStride + MinimumStride + 2) + 15) & ~15L;

    /// <summary>Lays the buffers out.</summary>
    /// <param name="memory">[Floats]</param>
    public void Place(float* memory)
    {
        Scores = memory;
        Sums = Scores + (long)Rows * ScoreStride;
        Minima = Sums + (long)Spans * Rows * DimStride;
        Maxima = Minima + (long)Spans * Rows * MinimumStride;
        Divisors = Maxima + (long)Spans * Rows;
        _queries = (float**)(memory + SumFloats);
        _sinkQueries = _queries + Rows;
        _visible = (int*)(_sinkQueries + Rows);
        int group = Task.Group;
        for (int token = From, row = 0; token < To; token++)
        {
            for (int head = 0; head < group; head++, row++)
            {
                _queries[row] = Task.Query(token, KvHead * group + head);
                _sinkQueries[row] = Task.SinkQueries + (_queries[row] - Task.Queries);
                _visible[row] = Task.FirstPosition + token + 1;
            }
        }
    }

    /// <summary>One past the last visible position of a row.</summary>
    public readonly int Visible(int row) => _visible[row];

    /// <summary>The first visible position of a row after the sinks; 0 where all before its own are visible.</summary>
    public readonly int FirstSeen(int row) => Task.FirstSeen(_visible[row] - 1);

    /// <summary>Whether a page is visible to any row: pages that left the window may have no memory.</summary>
    public readonly bool Sees(int page) => page * AttentionTask.PagePositions < Task.SinkTokens || (page + 1) * AttentionTask.PagePositions > FirstSeen(0);

    /// <summary>The same rows with their queries for the sinks.</summary>
    public readonly AttentionTile ForSinks() => this with { _queries = _sinkQueries };

    /// <summary>[keyDim]</summary>
    public readonly float* Query(int row) => _queries[row];

    /// <summary>[valueDim]: where a row's result goes.</summary>
    public readonly float* Result(int row) => Task.Result(From + row / Task.Group, KvHead * Task.Group + row % Task.Group);

    /// <summary>[WeightStride]: where a row's weights go; null where they are not watched.</summary>
    public readonly float* WeightsOf(int row) => Task.WeightsOf(From + row / Task.Group, KvHead * Task.Group + row % Task.Group);

    /// <summary>[positions from a page on]</summary>
    public readonly float* ScoresOf(int row, int page) => Scores + (long)row * ScoreStride + page * AttentionTask.PagePositions;

    /// <summary>[DimStride]</summary>
    public readonly float* SumsOf(int span, int row) => Sums + ((long)span * Rows + row) * DimStride;

    /// <summary>[block, 16]</summary>
    public readonly float* MinimaOf(int span, int row) => Minima + ((long)span * Rows + row) * MinimumStride;
}
