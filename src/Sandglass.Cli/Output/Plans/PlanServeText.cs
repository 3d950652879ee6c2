using System.Globalization;
using Sandglass.Planning;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>plan serve</c> for people.</summary>
internal static class PlanServeText
{
    public static void Write(Terminal terminal, ServingPlan plan)
    {
        IAnsiConsole console = Tables.Console(terminal);
        PlanFacts.Write(terminal, console, plan.Model);
        WriteReplica(console, plan);
        WriteBatches(console, plan);
        WriteLoads(console, plan);
        WriteScales(console, plan);
        WriteHomes(console, plan);
        foreach (string note in PlanServeNotes.Of(plan)) terminal.Note(note);
    }

    private static void WriteReplica(IAnsiConsole console, ServingPlan plan)
    {
        Grid facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        void Fact(string name, string value) => facts.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(value));

        ServingOptions options = plan.Options;
        ServingBatch chosen = plan.Chosen;
        Fact("Replica", $"{plan.Accelerators} x {Terminal.Harmless(plan.Machine.Title)}, weights in {plan.Memory.WeightType}: {Amount.Bytes(plan.Memory.WeightBytes)}");
        Fact("Request", $"{Amount.Of(options.PromptTokens, "token")} of prompt, {Amount.Whole(options.AnswerTokens)} of answer; " +
            $"{Amount.Bytes(plan.TextBytes)} of keys and values");
        Fact("Fits", $"{Amount.Of(plan.Fits, "text")} at once in {Bytes(plan.CacheRoom)} beside the weights");
        Fact("Run with", $"{Amount.Of(chosen.Texts, "text")} at once: {Amount.Short(chosen.RequestsPerSecond)} requests a second" +
            (chosen.Keeps ? "" : "; no batch keeps the objectives"));
        if (plan.PerHour is double hour)
            Fact("Price", $"${Money(hour)} an hour of one; at {Percent(options.Price.UsedShare)} use a million tokens of prompts " +
                $"${Money(plan.PerMillionRead)}, of answers ${Money(plan.PerMillionWritten)}, of all ${Money(plan.PerMillionTokens)}");
        console.Write(facts);
    }

    private static void WriteBatches(IAnsiConsole console, ServingPlan plan)
    {
        Table table = Tables.New("#Texts", "#Between tokens", "#First token", "#Tokens/s a text", "#of all", "#Requests/s", "Keeps");
        foreach (ServingBatch batch in plan.Batches)
            table.AddRow(Amount.Whole(batch.Texts), Time(batch.SecondsPerToken), Time(batch.SecondsToFirst),
                batch.SecondsPerToken == 0 ? "" : Amount.Short(1 / batch.SecondsPerToken), Amount.Short(batch.TokensPerSecond),
                Amount.Short(batch.RequestsPerSecond), batch.Keeps ? batch == plan.Chosen ? "yes, chosen" : "yes" : "no");
        Tables.Write(console, table);
    }

    private static void WriteLoads(IAnsiConsole console, ServingPlan plan)
    {
        if (plan.Loads.Count == 0) return;
        bool isSimulated = plan.Simulated > 0;
        Table table = Tables.New(["#Load", "#Requests/s", "#Waits", "#Erlang C", "#95 of 100", "#By batch", "#95 of 100", "#Texts",
            .. isSimulated ? (string[])["#Simulated wait", "#±", "#95 of 100", "#First token", "#Between", "#Texts", "#Preempted"] : []]);
        foreach (ServingLoad load in plan.Loads)
        {
            string[] simulated = load.Simulated is not SimulatedLoad seen ? [] : [Time(seen.MeanWait), Time(seen.WaitError), Time(seen.Wait95),
                Time(seen.MeanFirst), Time(seen.SecondsPerToken), Amount.Short(seen.MeanTexts), Amount.Whole(seen.Preemptions)];
            table.AddRow([Percent(load.Load), Amount.Short(load.RequestsPerSecond), Percent(load.Waits), Time(load.MeanWait), Time(load.Wait95),
                Time(load.BatchWait), Time(load.BatchWait95), Amount.Short(load.BatchTexts), .. simulated]);
        }
        Tables.Write(console, table);
    }

    private static void WriteScales(IAnsiConsole console, ServingPlan plan)
    {
        if (plan.Scales.Count == 0) return;
        bool hasPrice = plan.PerHour is not null, hasHits = plan.Options.HitRate > 0;
        Table table = Tables.New(["#Users", "#Requests/s", "#Replicas", .. hasHits ? (string[])["#without hits"] : [], "#Accelerators", "#Load",
            "#Texts", "#Their cache", "#Idle", "#Their cache", "Where", .. hasPrice ? (string[])["#A month", "#A million tokens"] : []]);
        foreach (ServingScale scale in plan.Scales)
            table.AddRow([Count(scale.Users), Amount.Large(scale.RequestsPerSecond), Count(scale.Replicas),
                .. hasHits ? (string[])[Count(scale.ReplicasWithoutHits)] : [],
                Count(scale.Accelerators), $"{(100 * scale.Load).ToString("0.##", CultureInfo.InvariantCulture)} %", Amount.Large(scale.ActiveTexts),
                Bytes(scale.ActiveBytes), Count(scale.IdleTexts),
                Bytes(scale.IdleBytes), Where(plan, scale),
                .. hasPrice ? (string[])[$"${Count(scale.PerMonth!.Value)}", $"${Money(scale.PerMillionTokens)}"] : []]);
        Tables.Write(console, table);
    }

    private static void WriteHomes(IAnsiConsole console, ServingPlan plan)
    {
        Table table = Tables.New("Idle caches", "#Bytes of a replica", "#Conversations", "#Back in", "#times as fast");
        foreach (CacheHome home in plan.Homes)
            table.AddRow(home.Name, Bytes(home.Bytes), Count(home.Texts), Fine(home.Seconds),
                home.Seconds == 0 ? "" : Amount.Short(plan.RecomputeSeconds / home.Seconds));
        table.AddRow("read again", "", "", Fine(plan.RecomputeSeconds), "1");
        Tables.Write(console, table);
    }

    private static string Where(ServingPlan plan, ServingScale scale)
    {
        List<string> parts = [.. plan.Homes.Zip(scale.IdleShares).Where(pair => pair.Second > 0).Select(pair => $"{pair.First.Name} {Percent(pair.Second)}")];
        double left = 1 - scale.IdleShares.Sum();
        if (scale.IdleTexts > 0 && left > 5e-4) parts.Add($"nowhere {Percent(left)}");
        return string.Join(", ", parts);
    }

    private static string Time(double seconds) => seconds < 0.01 ? Fine(seconds) : Amount.Time(TimeSpan.FromSeconds(Math.Min(seconds, 1e9)));

    private static string Fine(double seconds) => seconds >= 1 ? Time(seconds) : $"{Amount.Short(1000 * seconds)} ms";

    private static string Bytes(double bytes) => Amount.Bytes((long)Math.Min(bytes, long.MaxValue / 2));

    private static string Count(double count) => count < 1e6 ? Amount.Whole((long)Math.Round(count)) : Amount.Large(count);

    private static string Money(double? dollars) =>
        dollars is not double amount ? "" : amount.ToString(amount < 10 ? "0.00##" : "#,0.00", CultureInfo.InvariantCulture);

    internal static string Percent(double share) => $"{(100 * share).ToString("0.#", CultureInfo.InvariantCulture)} %";
}
