namespace Sandglass.Planning;

/// <summary>What a text's length costs, in operations (a multiply-add is two), beside what 8,192 positions cost.</summary>
public sealed record ScalePlan
{
    /// <summary>The length that others are compared with.</summary>
    public const long Base = 8192;

    private const long MostPositions = 1L << 30;

    /// <summary>Positions of the text.</summary>
    public required long Context { get; init; }

    /// <summary>Reading the whole text as a prompt: operations of attention. They grow with the square of the length, but for layers with a window.</summary>
    public required double Quadratic { get; init; }

    /// <summary>Reading the whole text: operations with the weights, the same for each token.</summary>
    public required double Linear { get; init; }

    /// <summary>Reading the whole text: all operations.</summary>
    public double Total => Quadratic + Linear;

    /// <summary><see cref="Total"/> against that of <see cref="Base"/> positions.</summary>
    public required double Relative { get; init; }

    /// <summary><see cref="Quadratic"/> against that of <see cref="Base"/> positions: what attention alone costs.</summary>
    public required double AttentionRelative { get; init; }

    /// <summary>Writing the next token with the cache: operations of attention, which grow with the length.</summary>
    public required double TokenAttention { get; init; }

    /// <summary>Writing the next token with the cache: operations with the weights, which do not.</summary>
    public required double TokenWeights { get; init; }

    /// <summary>Writing the next token, against that of <see cref="Base"/> positions.</summary>
    public required double TokenRelative { get; init; }

    /// <summary>Plans a length.</summary>
    /// <param name="model">The model.</param>
    /// <param name="context">Positions, from 1.</param>
    /// <exception cref="PlanException">The length is out of its range.</exception>
    public static ScalePlan For(ModelShape model, long context)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (context is < 1 or > MostPositions) throw new PlanException("plan-option", nameof(MemoryOptions.Context), $"1 to {MostPositions}", $"{context}");
        ModelWork prompt = ModelWork.OfPrompt(model, context), least = ModelWork.OfPrompt(model, Base);
        ModelWork token = ModelWork.OfToken(model, context), first = ModelWork.OfToken(model, Base);
        return new ScalePlan
        {
            Context = context,
            Quadratic = 2 * prompt.Attention,
            Linear = 2 * (prompt.Weights + prompt.Logits),
            Relative = prompt.Total / least.Total,
            AttentionRelative = least.Attention == 0 ? 1 : prompt.Attention / least.Attention,
            TokenAttention = 2 * token.Attention,
            TokenWeights = 2 * (token.Weights + token.Logits),
            TokenRelative = token.Total / first.Total,
        };
    }

    /// <summary>Positions from which on attention costs more than the weights.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ofToken">Of writing a token at that depth; else of reading a prompt of that length.</param>
    /// <returns>Null where that is never so.</returns>
    public static long? Crossing(ModelShape model, bool ofToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        bool IsPast(long positions)
        {
            ModelWork work = ofToken ? ModelWork.OfToken(model, positions) : ModelWork.OfPrompt(model, positions);
            return work.Attention > work.Weights + work.Logits;
        }

        if (!IsPast(MostPositions)) return null;
        long least = 0, most = MostPositions;       // not past, past
        while (most - least > 1)
        {
            long middle = (least + most) / 2;
            if (IsPast(middle)) most = middle;
            else least = middle;
        }
        return most;
    }
}
