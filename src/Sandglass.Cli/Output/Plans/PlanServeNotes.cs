using System.Globalization;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary>What the figures of <c>plan serve</c> mean, and what of them is assumed.</summary>
internal static class PlanServeNotes
{
    public static IEnumerable<string> Of(ServingPlan plan)
    {
        ServingOptions options = plan.Options;
        if (plan.Machine.Engine is not null) yield return $"Measured: {Terminal.Harmless(plan.Machine.Source)}.";
        else yield return $"Assumed: {PlanServeText.Percent(options.Reached)} of what the maker says ({plan.Machine.Source}) is reached" +
            (plan.Accelerators > 1 ? $"; {plan.Accelerators} together are {plan.Accelerators} times as fast." : ".");
        yield return $"Keeps: a first token within {Milliseconds(options.FirstWithin)} ms, others within {Milliseconds(options.TokenWithin)} ms of each " +
            "other, both on average, without waiting for a place, with the batch always full and others' prompts read between the tokens.";
        if (plan.MeanAnswer < 0.999 * options.AnswerTokens)
            yield return $"Answers: {Amount.Short(plan.MeanAnswer)} tokens on average, since the context of " +
                $"{Amount.Of(plan.Model.Shape.Context, "position")} ends the long ones.";
        if (!plan.Chosen.Keeps) yield return "No batch keeps both: take more --gpus, a smaller --type, a shorter prompt, or objectives that can be kept.";
        if (plan.Chosen.Texts == options.MaxBatch && plan.Fits > options.MaxBatch)
            yield return $"More texts fit: --max-batch {options.MaxBatch} is the most that there may be.";
        if (plan.Loads.Count > 0)
            yield return "Waits, Erlang C: the chance of waiting for a place and how long, as if a text took as long in any company as in a full batch, " +
                "with Allen and Cunneen's correction. By batch: the fewer, the quicker (birth and death).";
        if (plan.Simulated > 0)
            yield return $"Simulated: the engine's own scheduler with time in place of arithmetic, {Amount.Whole(plan.Simulated)} requests by chance " +
                $"(seed {options.Seed}); ± is the standard error. There a request also waits for the end of the step in which it comes.";
        if (plan.Loads.Count > 0 && options.Simulated is not 0 && plan.Simulated < plan.EnoughSimulated)
            yield return $"Hint: {(plan.Simulated == 0 ? "nothing was simulated, since the texts are long"
                : $"{Amount.Of(plan.Simulated, "request")} are few beside {Amount.Of(plan.Chosen.Texts, "text")} at once")}; " +
                $"--simulate {plan.EnoughSimulated}, with one of --loads at a time, would see twenty turns of the batch.";
        yield return $"Users: {options.RequestsPerHour.ToString(CultureInfo.InvariantCulture)} an hour from each, " +
            $"{options.Peak.ToString(CultureInfo.InvariantCulture)} times as many in the busiest, for which there are replicas, as if a request could go to " +
            "any of them and their texts were spread evenly, and so many that 95 of 100 wait, by batch, no longer than the mean time to the first token " +
            $"leaves of {Milliseconds(options.FirstWithin)} ms; a million tokens at what the whole month asks for.";
        yield return PriceOf(plan);
    }

    private static string Milliseconds(double seconds) => (1000 * seconds).ToString("0.##", CultureInfo.InvariantCulture);

    private static string PriceOf(ServingPlan plan)
    {
        ServingPrice price = plan.Options.Price;
        string Dollars(double dollars) => $"${dollars.ToString("#,0.##", CultureInfo.InvariantCulture)}";
        if (price.PricePerHour is double hour) return $"Price: {Dollars(hour)} an hour of one.";
        if (price.Capital is double capital)
            return $"Price: {Dollars(capital)} over {price.Years.ToString(CultureInfo.InvariantCulture)} years, " +
                $"{price.Watts.ToString(CultureInfo.InvariantCulture)} W at {Dollars(price.PerKilowattHour)} a kilowatt hour.";
        return plan.Accelerator is { PricePerHour: double assumed, PriceSource: string source } ? $"Price: {Dollars(assumed)} an hour of one, {source}."
            : $"No price is assumed for {Terminal.Harmless(plan.Machine.Name)}: give --price, in dollars an hour, or --capital.";
    }
}
