namespace Sandglass.Studies;

/// <summary>Finds the terms, none below 0, whose sums come nearest to what was measured, by relative error.</summary>
internal sealed class LeastSquares(int terms)
{
    private const int Turns = 20_000;

    private readonly List<double[]> _rows = [];

    /// <summary>Adds a measurement.</summary>
    /// <param name="factors">How often each term is in it.</param>
    /// <param name="measured">Their sum, above 0.</param>
    /// <param name="known">What of it is known already.</param>
    public void Add(double[] factors, double measured, double known = 0) =>
        _rows.Add([.. factors.Select(factor => factor / measured), (measured - known) / measured]);

    /// <summary>The terms. One after another is set to its best value beside the others (coordinate descent): the problem is convex.</summary>
    public double[] Solve()
    {
        double[] found = new double[terms], left = [.. _rows.Select(row => row[terms])];
        for (int turn = 0; turn < Turns; turn++)
        {
            for (int term = 0; term < terms; term++)
            {
                double squares = 0, product = 0;
                for (int i = 0; i < left.Length; i++)
                {
                    squares += _rows[i][term] * _rows[i][term];
                    product += _rows[i][term] * left[i];
                }
                if (squares == 0) continue;
                double better = Math.Max(0, found[term] + product / squares), step = better - found[term];
                for (int i = 0; i < left.Length; i++) left[i] -= step * _rows[i][term];
                found[term] = better;
            }
        }
        return found;
    }
}
