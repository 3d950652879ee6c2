namespace Sandglass.Planning;

/// <summary>What an accelerator costs: rented by the hour, or bought, powered and written off.</summary>
/// <example>
/// <code>
/// ServingPrice bought = new() { Capital = 30_000 };        // over 4 years, 700 W at 10 cents a kilowatt hour
/// Console.WriteLine($"${bought.PerHour(null):F2} an hour");
/// </code>
/// </example>
public sealed record ServingPrice
{
    /// <summary>Hours of a year, of which every fourth has a day more.</summary>
    public const double HoursPerYear = 8766;

    /// <summary>Hours of a month.</summary>
    public const double HoursPerMonth = HoursPerYear / 12;

    /// <summary>Dollars for an hour of an accelerator; null for what <see cref="Capital"/> comes to, or else what its entry assumes.</summary>
    public double? PricePerHour { get; init; }

    /// <summary>Dollars that an accelerator costs with its part of the machine around it; null where it is rented.</summary>
    public double? Capital { get; init; }

    /// <summary>Years over which it is written off.</summary>
    public double Years { get; init; } = 4;

    /// <summary>Watts that it takes, with its part of the machine and of cooling, running or not.</summary>
    public double Watts { get; init; } = 700;

    /// <summary>Dollars for a kilowatt hour.</summary>
    public double PerKilowattHour { get; init; } = 0.10;

    /// <summary>The share of what a replica could serve that it is asked for, above 0 to 1: nights and headroom are paid for too.</summary>
    public double UsedShare { get; init; } = 0.5;

    /// <summary>Dollars for an hour of one; null where nobody says.</summary>
    /// <param name="accelerator">Whose assumption is taken where nothing else is said; null for none.</param>
    public double? PerHour(Accelerator? accelerator) =>
        PricePerHour ?? (Capital is double capital ? capital / (Years * HoursPerYear) + Watts / 1000 * PerKilowattHour : accelerator?.PricePerHour);
}
