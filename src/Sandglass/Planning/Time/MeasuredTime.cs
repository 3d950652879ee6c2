using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>A step's seconds from the measured times of this engine's loops.</summary>
internal sealed class MeasuredTime(MeasuredSpeed speed, ModelShape shape, IReadOnlyList<StepWeight> weights, CacheTypes cacheTypes)
{
    private readonly AttentionSpeed _keys = speed.AttentionOf(cacheTypes.Keys), _values = speed.AttentionOf(cacheTypes.Values);
    private readonly ProductSpeed[] _products =
        [.. weights.Select(weight => speed.Product(weight.Type ?? throw new PlanException("machine-lacks", nameof(TimeOptions.WeightType),
            "a type that this engine runs", "fp8")))];
    private readonly StepOverhead _overhead =
        weights.Where(static weight => weight.IsQuantized).Sum(static weight => weight.Values) * 2 >= weights.Sum(static weight => weight.Values)
            ? speed.Integers
            : speed.Floats;

    /// <summary>Seconds of products.</summary>
    /// <param name="rows">Tokens of the step.</param>
    /// <param name="scored">Those of them whose scores are computed.</param>
    /// <param name="fromMemory">As <see cref="MeasuredSpeed.FromMemory"/> says of all that the step reads.</param>
    public double Weights(double rows, double scored, double fromMemory)
    {
        double seconds = 0;
        for (int i = 0; i < weights.Count; i++)
        {
            StepWeight weight = weights[i];
            double through = weight.Role == WeightRole.Output ? scored : rows;
            if (through == 0) continue;
            double used = weight.UsedBy(through);
            seconds += used * _products[i].Seconds(weight.Rows, weight.Columns, through * weight.Used / used, fromMemory);
        }
        double together = Together(rows);
        return seconds * (1 + _overhead.Alone * (1 - together) + _overhead.Together * together);
    }

    /// <summary>How far a step is one of many tokens: 0 of one, nearly 1 of a prompt.</summary>
    internal static double Together(double rows) => rows <= 1 ? 0 : 1 - 1 / rows;

    /// <summary>Seconds of attention of tokens that are written, each at a depth.</summary>
    public double Writing(int texts, double depth, double fromMemory)
    {
        double seconds = 0;
        foreach (AttentionShape part in shape.Layers.Select(static layer => layer.Attention).Where(static part => part.Heads > 0))
        {
            double positions = part.Window > 0 ? Math.Min(depth + 1, part.Window) : depth + 1;
            seconds += positions * (AtPosition(_keys, part, KeyDim(part), fromMemory) + AtPosition(_values, part, ValueDim(part), fromMemory)) / 2;
        }
        return texts * seconds;
    }

    /// <summary>Seconds of attention of a piece of a prompt.</summary>
    /// <param name="pairs">[layer]: of a token and a position that it sees.</param>
    public double Reading(Func<AttentionShape, double> pairs)
    {
        double seconds = 0;
        foreach (AttentionShape part in shape.Layers.Select(static layer => layer.Attention).Where(static part => part.Heads > 0))
            seconds += pairs(part) * (_keys.Prompt.Seconds(part.Heads, 1, 2 * KeyDim(part)) + _values.Prompt.Seconds(part.Heads, 1, 2 * ValueDim(part))) / 2;
        return seconds;
    }

    /// <summary>Seconds of all else.</summary>
    public double Others(double rows, double scored)
    {
        double values = 0;
        foreach (LayerShape layer in shape.Layers)
        {
            FeedForwardShape part = layer.FeedForward;
            double inside = (double)part.Width * (part.Experts > 0 ? part.ExpertsUsed : 1) + part.SharedWidth;
            values += shape.Width * _overhead.WidthValue + inside * _overhead.FeedForwardValue;
        }
        return _overhead.Step + shape.Layers.Count * _overhead.Layer + rows * (_overhead.Token + values)
            + scored * (_overhead.Text + shape.Vocabulary * _overhead.Score);
    }

    // the two halves of keys and values: with one type for both their sum is the time of both
    private static double AtPosition(AttentionSpeed speed, AttentionShape part, double dim, double fromMemory)
    {
        double heads = part.LatentDim > 0 ? 1 : part.KeyValueHeads, group = part.Heads / heads;
        double near = speed.Cached.Seconds(heads, group, 2 * dim), far = speed.Memory.Seconds(heads, group, 2 * dim);
        return near + fromMemory * (far - near);
    }

    private static double KeyDim(AttentionShape part) => part.LatentDim > 0 ? part.LatentDim + part.RopeDim : part.KeyDim;

    private static double ValueDim(AttentionShape part) => part.LatentDim > 0 ? part.LatentDim : part.ValueDim;
}
