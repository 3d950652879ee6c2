namespace Sandglass.Studies;

/// <summary>What a share may be in truth, where so many of some trials hit: the 95 % interval of Wilson (1927), which holds for few trials and near 0 and 1
/// too.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
public readonly record struct WilsonInterval(double Low, double High)
{
    private const double Z = 1.959963984540054;     // the normal distribution's 0.975 quantile

    /// <summary>Of so many hits; all of [0, 1] where nothing was tried.</summary>
    public static WilsonInterval Of(int hits, int trials)
    {
        if (trials == 0) return new WilsonInterval(0, 1);
        double share = hits / (double)trials, spread = Z * Z / trials;
        double middle = share + spread / 2, half = Z * Math.Sqrt((share * (1 - share) + spread / 4) / trials);
        return new WilsonInterval(Math.Max(0, (middle - half) / (1 + spread)), Math.Min(1, (middle + half) / (1 + spread)));
    }
}
