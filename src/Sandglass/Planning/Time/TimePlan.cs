namespace Sandglass.Planning;

/// <summary>Where a model's times change their character on a machine.</summary>
public static class TimePlan
{
    private const long MostPositions = 1L << 30;
    private const int MostTexts = 1 << 20;

    /// <summary>Positions from which on a token that is written spends more time on attention than on the weights.</summary>
    /// <returns>Null where that is never so.</returns>
    public static long? Crossing(StepTime time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return First(MostPositions, depth =>
        {
            StepCost cost = time.CostOfDecode(1, depth);
            return cost.AttentionSeconds > cost.WeightSeconds;
        });
    }

    /// <summary>Texts from which on a step's products with the weights wait for arithmetic and no longer for memory. Each text's cache, which no other shares,
    /// is left aside: with long texts it keeps a step waiting for memory whatever the batch.</summary>
    /// <returns>Null where that is never so.</returns>
    public static int? ComputeBatch(StepTime time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return (int?)First(MostTexts, texts => time.CostOfDecode((int)texts, 0).Bound == StepBound.Compute);
    }

    /// <summary>The first number from 1 of which something holds, where it holds of all that follow.</summary>
    private static long? First(long most, Func<long, bool> holds)
    {
        if (!holds(most)) return null;
        long least = 0;         // does not hold; most holds
        while (most - least > 1)
        {
            long middle = (least + most) / 2;
            if (holds(middle)) most = middle;
            else least = middle;
        }
        return most;
    }
}
