using Sandglass.Kernels;

namespace Sandglass.Studies;

/// <summary>The power of a length that something grows with: 0 constant, 1 linear, 2 quadratic.</summary>
internal static class Power
{
    /// <summary>The slope of the least-squares line through the logarithms; points that are not above 0 have none. 0 where fewer than two lengths are
    /// left.</summary>
    public static double Of(IEnumerable<(double Length, double Value)> points)
    {
        double count = 0, sumX = 0, sumY = 0, sumXX = 0, sumXY = 0;
        foreach ((double length, double value) in points)
        {
            if (!(value > 0)) continue;
            double x = Elementary.Log(length), y = Elementary.Log(value);
            (count, sumX, sumY, sumXX, sumXY) = (count + 1, sumX + x, sumY + y, sumXX + x * x, sumXY + x * y);
        }
        double width = count * sumXX - sumX * sumX;
        return width > 0 ? (count * sumXY - sumX * sumY) / width : 0;
    }
}
