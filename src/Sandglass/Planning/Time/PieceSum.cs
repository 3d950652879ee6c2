namespace Sandglass.Planning;

/// <summary>What many pieces of a prompt cost together, from the cost of a few of them.</summary>
/// <remarks>
/// Along a prompt each figure of a piece's cost lies on a straight line or a parabola, but for a few places: where a window is full, where the cache leaves a
/// processor's own caches, where attention begins to wait for something else. Between two such places three pieces give the sum of all. Two more pieces tell
/// whether there is such a place; then both halves are looked at by themselves.
/// </remarks>
internal static class PieceSum
{
    private const int Few = 16;
    private const double Near = 1e-11;      // of a figure: far above rounding, far below what a plan shows

    /// <summary>The sum of so many costs.</summary>
    /// <param name="pieces">How many.</param>
    /// <param name="cost">Of the one that has so many before it.</param>
    public static StepCost Of(long pieces, Func<long, StepCost> cost)
    {
        StepCost sum = default;
        for (long from = 0, count; from < pieces; from += count)
        {
            // as many as there are before: two places so close together that no piece between them is looked at are hardly possible then
            count = Math.Min(pieces - from, Math.Max(from, Few));
            sum += Range(from, count, cost);
        }
        return sum;
    }

    private static StepCost Range(long from, long count, Func<long, StepCost> cost)
    {
        StepCost sum = default;
        for (; count > 0 && (count <= Few || count % 4 != 1); count--) sum += cost(from++);
        if (count == 0) return sum;
        long half = count / 2;
        StepCost first = cost(from), middle = cost(from + half), last = cost(from + count - 1);
        StepCost between = 0.375 * first + 0.75 * middle + -0.125 * last, beyond = -0.125 * first + 0.75 * middle + 0.375 * last;
        if (!IsOther(between, cost(from + half / 2)) && !IsOther(beyond, cost(from + half + half / 2)))
        {
            // Lagrange's parabola at -half to half: of its squares the sum is half (half + 1) (2 half + 1) / 3
            double outer = (half + 1.0) * count / (6.0 * half);
            return sum + outer * first + (count - 2 * outer) * middle + outer * last;
        }
        return sum + Range(from, half, cost) + Range(from + half, count - half, cost);
    }

    // what is no number is as good as any other
    private static bool IsOther(StepCost one, StepCost other) =>
        IsOther(one.WeightBytes, other.WeightBytes) || IsOther(one.CacheBytes, other.CacheBytes)
        || IsOther(one.WeightOperations, other.WeightOperations) || IsOther(one.AttentionOperations, other.AttentionOperations)
        || IsOther(one.WeightSeconds, other.WeightSeconds) || IsOther(one.AttentionSeconds, other.AttentionSeconds)
        || IsOther(one.OtherSeconds, other.OtherSeconds) || IsOther(one.MemorySeconds, other.MemorySeconds);

    private static bool IsOther(double one, double other) => Math.Abs(one - other) > Near * (Math.Abs(one) + Math.Abs(other));
}
