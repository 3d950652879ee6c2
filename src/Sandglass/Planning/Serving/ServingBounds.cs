using System.Globalization;
using Sandglass.Generation;

namespace Sandglass.Planning;

/// <summary>What serving can be planned for.</summary>
internal static class ServingBounds
{
    private const int MostTokens = 1 << 24, MostTexts = 4096, MostStep = 65_536, MostSimulated = 100_000, MostLoads = 100, MostUsers = 1000;
    private const int FewestSimulated = 100, UsualSimulated = 2000, UsualTurns = 20;
    private const long MostSimulatedTokens = 1L << 29, UsualSimulatedTokens = MostSimulatedTokens / 8;
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
        Require(options.Users.Count <= MostUsers, nameof(options.Users), $"at most {MostUsers} numbers", options.Users.Count);
        foreach (double users in options.Users) Within(users, 1, 1e10, nameof(options.Users));
        Require(options.RequestsPerHour is > 0 and <= 1000, nameof(options.RequestsPerHour), "above 0 to 1000", options.RequestsPerHour);
        Within(options.Peak, 1, 1000, nameof(options.Peak));
        Require(options.Loads.Count <= MostLoads, nameof(options.Loads), $"at most {MostLoads}", options.Loads.Count);
        foreach (double load in options.Loads) Require(load is > 0 and < 1, nameof(options.Loads), "above 0 and below 1", load);
        int simulated = options.Simulated ?? 0;
        Require(simulated is 0 or (>= FewestSimulated and <= MostSimulated), nameof(options.Simulated),
            $"0, or {FewestSimulated} to {MostSimulated}", simulated);
        long most = MostSimulatedTokens / TokensOf(options);
        Require(simulated <= most, nameof(options.Simulated), most < FewestSimulated ? "0 for texts and loads that have so many tokens"
            : $"at most {most} requests at each of {options.Loads.Count} loads, with {options.PromptTokens + options.AnswerTokens} tokens each", simulated);
        Check(options.Price);
        Check(options.IdleCache);
    }

    /// <summary>Requests to simulate at each load where nobody says how many: enough that each place has its turn many times, and not for minutes; 0 where
    /// there would be too few.</summary>
    public static int UsualSimulation(ServingOptions options, int places)
    {
        long most = Math.Min(MostSimulated, UsualSimulatedTokens / TokensOf(options));
        return most < FewestSimulated ? 0 : (int)Math.Min(Math.Max(UsualSimulated, TurnsOf(places)), most);
    }

    /// <summary>Requests in so many turns of a batch that its worst can be seen.</summary>
    public static int TurnsOf(int places) => UsualTurns * places;

    /// <summary>Tokens of a request at each load.</summary>
    private static long TokensOf(ServingOptions options) => Math.Max(1, options.Loads.Count) * ((long)options.PromptTokens + options.AnswerTokens);

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
