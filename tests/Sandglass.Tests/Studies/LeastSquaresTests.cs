using Sandglass.Studies;

namespace Sandglass.Tests.Studies;

public sealed class LeastSquaresTests
{
    [Fact]
    public void Terms_of_sums_without_noise_are_found()
    {
        LeastSquares fit = new(3);
        foreach (double[] factors in (double[][])[[1, 2, 0], [1, 10, 3], [1, 1, 40], [1, 0, 7]])
            fit.Add(factors, 5 + 2 * factors[0] + 3e-3 * factors[1] + 7e-6 * factors[2], known: 5);

        double[] found = fit.Solve();

        Assert.Equal(2, found[0], tolerance: 1e-6);
        Assert.Equal(3e-3, found[1], tolerance: 1e-6);
        Assert.Equal(7e-6, found[2], tolerance: 1e-8);
    }

    [Fact]
    public void No_term_is_below_zero()
    {
        LeastSquares fit = new(2);
        fit.Add([1, 1], 10);
        fit.Add([1, 2], 9);
        fit.Add([1, 3], 8);

        double[] found = fit.Solve();

        Assert.Equal(0, found[1]);
        Assert.InRange(found[0], 8, 10);
    }
}
