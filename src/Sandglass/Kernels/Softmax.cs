namespace Sandglass.Kernels;

/// <summary>Sums over a whole row of logits, in the fixed 16-lane order of the arithmetic contract.</summary>
/// <remarks>
/// Lane l takes the elements l, l + 16, l + 32, ... in order; then lane l takes lane l + 8 in, then l + 4, l + 2, l + 1. A row whose length is no multiple of 16
/// leaves the last lanes one element short.
/// </remarks>
internal static class Softmax
{
    private const int Lanes = 16;

    /// <summary>The largest element: NaN where any is NaN, negative infinity for an empty row.</summary>
    internal static float Max(ReadOnlySpan<float> row)
    {
        float max = float.NegativeInfinity;
        bool isNumber = true;
        foreach (float value in row)
        {
            max = value > max ? value : max;
            isNumber &= !float.IsNaN(value);
        }
        return isNumber ? max + 0f : float.NaN;              // + 0: of 0 and -0 the first in the row would win; now it is 0 in any order
    }

    /// <summary>log(sum of e^x) over the row: NaN where an element is NaN or positive infinity, negative infinity where all are.</summary>
    internal static float LogSumExp(ReadOnlySpan<float> row)
    {
        float max = Max(row);
        if (float.IsNegativeInfinity(max)) return max;

        Span<float> lanes = stackalloc float[Lanes];
        lanes.Clear();
        for (; row.Length > Lanes; row = row[Lanes..]) AddExps(row[..Lanes], max, lanes);
        AddExps(row, max, lanes);

        for (int width = Lanes / 2; width > 0; width /= 2)
        {
            for (int lane = 0; lane < width; lane++) lanes[lane] += lanes[lane + width];
        }
        return (float)(max + Elementary.Log(lanes[0]));
    }

    private static void AddExps(ReadOnlySpan<float> row, float max, Span<float> lanes)
    {
        for (int lane = 0; lane < row.Length; lane++) lanes[lane] += Elementary.Exp(row[lane] - max);
    }
}
