using System.CommandLine;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary>What an accelerator costs, rented or bought.</summary>
internal sealed class ServingPriceChoice
{
    private static readonly ServingPrice Default = new();

    private readonly Option<double?> _price = ServingChoice.Any("--price",
        "Dollars for an hour of an accelerator; without it what --capital comes to, or else the assumption that its entry has, if it has one.");
    private readonly Option<double?> _capital = ServingChoice.Any(
        "--capital", "Dollars that an accelerator costs with its part of the machine: 30000, in place of --price.");
    private readonly Option<double?> _years = ServingChoice.Any("--years", $"Over which it is written off. [default: {Default.Years}]");
    private readonly Option<double?> _watts = ServingChoice.Any(
        "--watts", $"Watts that it takes, cooling included, with --capital. [default: {Default.Watts}]");
    private readonly Option<double?> _power = ServingChoice.Any(
        "--power-price", $"Dollars for a kilowatt hour, with --capital. [default: {Default.PerKilowattHour}]");
    private readonly Option<double?> _used = ServingChoice.Any("--utilisation",
        $"The share of what a replica could serve that it is asked for: for the price of a million tokens. [default: {Default.UsedShare}]");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_price, _capital, _years, _watts, _power, _used]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_price) is not null && result.GetResult(_capital) is not null)
                result.AddError("--price and --capital exclude each other: an accelerator is rented or bought.");
            foreach (Option option in (Option[])[_years, _watts, _power])
                if (result.GetResult(option) is not null && result.GetResult(_capital) is null)
                    result.AddError($"{option.Name} is of an accelerator that is bought: give its price with --capital.");
        });
    }

    public ServingPrice Options(ParseResult parsed) => new()
    {
        PricePerHour = parsed.GetValue(_price),
        Capital = parsed.GetValue(_capital),
        Years = parsed.GetValue(_years) ?? Default.Years,
        Watts = parsed.GetValue(_watts) ?? Default.Watts,
        PerKilowattHour = parsed.GetValue(_power) ?? Default.PerKilowattHour,
        UsedShare = parsed.GetValue(_used) ?? Default.UsedShare,
    };
}
