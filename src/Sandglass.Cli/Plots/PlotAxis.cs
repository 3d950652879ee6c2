using System.Globalization;

namespace Sandglass.Cli;

/// <summary>From values to places along one side of a chart, with round numbers beside it.</summary>
internal sealed class PlotAxis
{
    private const int FewestSteps = 4;
    private const double Least = 1e-200;    // of a range: the power of ten of a smaller one may be 0

    private readonly double _low, _high;
    private readonly bool _isLogarithmic;

    /// <param name="values">What must have a place; at least one.</param>
    /// <param name="fromZero">Whether 0 must have one too.</param>
    /// <param name="isLogarithmic">Whether each doubling takes the same room; only where all values are above 0.</param>
    /// <param name="isWidened">Whether the ends are round numbers.</param>
    public PlotAxis(IEnumerable<double> values, bool fromZero = false, bool isLogarithmic = false, bool isWidened = false)
    {
        double[] all = [.. values.Where(double.IsFinite)];
        (_low, _high) = all.Length == 0 ? (0, 1) : (all.Min(), all.Max());
        _isLogarithmic = isLogarithmic && _low > 0;
        if (_isLogarithmic)
        {
            Ticks = [.. Doublings(_low, _high)];
            if (_low == _high) (_low, _high) = (_low / 2, _high * 2);
            return;
        }
        if (fromZero) (_low, _high) = (Math.Min(_low, 0), Math.Max(_high, 0));
        double size = Math.Max(Math.Abs(_low), Math.Abs(_high));
        if (_high - _low <= Math.Max(size * 1e-12, Least))
        {
            double room = Math.Max(0.5, size * 1e-10);      // so much that a large number still is another with it
            (_low, _high) = (_low - room, _high + room);
        }
        double step = Step(_high - _low);
        if (isWidened) (_low, _high) = (Math.Floor(_low / step) * step, Math.Ceiling(_high / step) * step);
        double first = Math.Ceiling(_low / step - 1e-9);
        Ticks = [.. Enumerable.Range(0, (int)Math.Floor((_high / step) - first + 1e-9) + 1).Select(i => (first + i) * step)];
        Digits = Math.Clamp(-(int)Math.Floor(Math.Log10(step) + 1e-9), 0, 10);
    }

    /// <summary>Values that have a number beside them.</summary>
    public IReadOnlyList<double> Ticks { get; }

    private int Digits { get; }

    /// <summary>Where a value is, from 0 to 1.</summary>
    public double Place(double value) => _isLogarithmic
        ? Math.Log2(value / _low) / Math.Log2(_high / _low)
        : (value - _low) / (_high - _low);

    /// <summary>A tick's number.</summary>
    public string Label(double tick) => _isLogarithmic
        ? tick.ToString("0.####", CultureInfo.InvariantCulture)
        : (Math.Round(tick, Digits) + 0.0).ToString("F" + Digits, CultureInfo.InvariantCulture);    // no -0.0

    /// <summary>The largest of 1, 2 and 5 times a power of ten that makes enough steps.</summary>
    private static double Step(double range)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(range)));
        return ((double[])[5, 2, 1, 0.5, 0.2, 0.1]).Select(factor => factor * power).First(step => range / step >= FewestSteps);
    }

    private static IEnumerable<double> Doublings(double low, double high)
    {
        double tick = Math.Pow(2, Math.Ceiling(Math.Log2(low) - 1e-9));
        int each = 1 + (int)(Math.Log2(high / low) / 10);
        for (; tick <= high * (1 + 1e-9); tick *= 1 << each) yield return tick;
    }
}
