using System.Globalization;
using Sandglass.Generation;

namespace Sandglass.Planning;

/// <summary>What serving can be planned for.</summary>
internal static class ServingBounds
{
    private const int MostTokens = 1 << 24, MostTexts = 4096, MostStep = 65_536, MostSimulated = 100_000, MostLoads = 100;
    private const long MostSimulatedTokens = 1L << 27;
    private const double Most = 1e15;

    /// <exception cref="PlanException">An option is out of its range.</exception>
    public static void Check(ServingOptions options)
    {
        Require(options.Accelerators is >= 0 and <= 1024, nameof(options.Accelerators), "1 to 1024", options.Accelerators);
        Share(options.Reached, nameof(options.Reached));
        Share(options.MemoryShare, nameof(options.MemoryShare));
        Require(options.PromptTokens is >= 1 and <= MostTokens, nameof(options.PromptTokens), $"1 to {MostTokens}", options.PromptTokens);
        Require(options.AnswerTokens is >= 1 and <= MostTokens, nameof(options.AnswerTokens), $"1 to {MostTokens}", options.AnswerTokens);
        Within(options.HitRate, 0, 1, nameof(options.HitRate));
        Above(options.FirstWithin, nameof(options.FirstWithin));
        Above(options.TokenWithin, nameof(options.TokenWithin));
        Require(options.MaxBatch is >= 1 and <= MostTexts, nameof(options.MaxBatch), $"1 to {MostTexts}", options.MaxBatch);
        Require(options.MaxBatchTokens is >= StepBudget.FewestTokens and <= MostStep, nameof(options.MaxBatchTokens),
            $"{StepBudget.FewestTokens} to {MostStep}", options.MaxBatchTokens);
        foreach (double users in options.Users) Within(users, 1, 1e10, nameof(options.Users));
        Require(options.RequestsPerHour is > 0 and <= 1000, nameof(options.RequestsPerHour), "above 0 to 1000", options.RequestsPerHour);
        Within(options.Peak, 1, 1000, nameof(options.Peak));
        Require(options.Loads.Count <= MostLoads, nameof(options.Loads), $"at most {MostLoads}", options.Loads.Count);
        foreach (double load in options.Loads) Require(load is > 0 and < 1, nameof(options.Loads), "above 0 and below 1", load);
        Require(options.Simulated is 0 or (>= 100 and <= MostSimulated), nameof(options.Simulated), $"0, or 100 to {MostSimulated}", options.Simulated);
        long simulated = (long)options.Simulated * (options.PromptTokens + options.AnswerTokens);
        Require(simulated <= MostSimulatedTokens, nameof(options.Simulated), $"at most {MostSimulatedTokens} tokens in all", simulated);
        Check(options.Price);
        Check(options.IdleCache);
    }

    private static void Check(ServingPrice price)
    {
        Within(price.PricePerHour ?? 0, 0, Most, nameof(price.PricePerHour));
        Within(price.Capital ?? 0, 0, Most, nameof(price.Capital));
        Above(price.Years, nameof(price.Years));
        Within(price.Watts, 0, Most, nameof(price.Watts));
        Within(price.PerKilowattHour, 0, Most, nameof(price.PerKilowattHour));
        Share(price.UsedShare, nameof(price.UsedShare));
    }

    private static void Check(IdleCacheOptions idle)
    {
        Within(idle.KeptMinutes, 0, Most, nameof(idle.KeptMinutes));
        Within(idle.HostBytes, 0, Most, nameof(idle.HostBytes));
        Within(idle.DiskBytes, 0, Most, nameof(idle.DiskBytes));
        Above(idle.HostBytesPerSecond, nameof(idle.HostBytesPerSecond));
        Above(idle.DiskBytesPerSecond, nameof(idle.DiskBytesPerSecond));
    }

    private static void Share(double share, string option) => Require(share is > 0 and <= 1, option, "above 0 to 1", share);

    private static void Above(double number, string option) => Require(number is > 0 and <= Most, option, $"above 0 to {Most:G}", number);

    private static void Within(double number, double least, double most, string option) =>
        Require(number >= least && number <= most, option, string.Create(CultureInfo.InvariantCulture, $"{least:G} to {most:G}"), number);

    private static void Require(bool holds, string option, string expected, double found)
    {
        if (!holds) throw new PlanException("plan-option", option, expected, found.ToString("R", CultureInfo.InvariantCulture));
    }
}
