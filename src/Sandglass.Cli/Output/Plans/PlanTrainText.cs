using System.Globalization;
using Sandglass.Planning;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>plan train</c> for people.</summary>
internal static class PlanTrainText
{
    private static readonly string[] Stages = ["nothing", "optimizer", "and gradients", "and weights"];

    public static void Write(Terminal terminal, TrainingPlan plan, PlannedModel? model)
    {
        IAnsiConsole console = Tables.Console(terminal);
        if (model is not null) PlanFacts.Write(terminal, console, model);
        WriteRun(console, plan, hasSizes: model is not null);
        WriteMemory(console, plan);
        Accelerator hardware = plan.Accelerator;
        terminal.Note($"6ND: two operations a parameter and token forward, four backward. {hardware.Title}: {Amount.Large(hardware.OperationsPerSecond)} " +
            $"operations a second in BF16 ({hardware.Source}).");
        if (plan.Cost is null) terminal.Note($"No price is assumed for {hardware.Name}: give one with --price, in dollars an hour.");
        else if (plan.Options.PricePerHour is null)
            terminal.Note($"Price: ${hardware.PricePerHour?.ToString(CultureInfo.InvariantCulture)} an hour, {hardware.PriceSource}.");
        terminal.Note("Memory: Adam in mixed precision, 16 bytes a parameter; activations come on top. Divided: ZeRO's stages 0 to 3.");
    }

    private static void WriteRun(IAnsiConsole console, TrainingPlan plan, bool hasSizes)
    {
        Grid facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        void Fact(string name, string value) => facts.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(value));

        TrainingOptions options = plan.Options;
        if (!hasSizes) Fact("Parameters", Words(plan.Parameters));
        Fact("Tokens", $"{Words(plan.Tokens)}, {Amount.Short(plan.Tokens / plan.ActiveParameters)} a parameter");
        Fact("Operations", $"{Amount.Large(plan.Operations)} (6ND){(hasSizes ? $", {Amount.Large(plan.CountedOperations)} counted with attention" : "")}");
        string upTime = options.Uptime == 1 ? "" : $", {Percent(options.Uptime)} of the time";
        Fact("Time", $"{Words(plan.AcceleratorHours)} hours of one {plan.Accelerator.Name} at {Percent(options.Utilisation)} of its operations{upTime}; " +
            $"{Amount.Short(plan.Days)} days with {Amount.Whole(options.Accelerators)}");
        if (plan.Cost is double cost) Fact("Cost", $"${Words(cost)}");
        Fact("Break-even", $"{Words(plan.BreakEvenQueries)} queries of {Words(options.QueryTokens)} tokens take as much as training");
        console.Write(facts);
    }

    private static void WriteMemory(IAnsiConsole console, TrainingPlan plan)
    {
        TrainingMemory memory = plan.Memory;
        Table parts = Tables.New("#Weights (BF16)", "#Gradients (BF16)", "#Weights (F32)", "#Momentum (F32)", "#Variance (F32)", "#All");
        parts.AddRow([.. ((double[])[memory.Weights, memory.Gradients, memory.MasterWeights, memory.Momentum, memory.Variance, memory.Total]).Select(Bytes)]);
        Tables.Write(console, parts);
        Table shares = Tables.New([$"#Each of {Amount.Whole(plan.Options.Accelerators)}, divided:", .. Stages.Select(stage => $"#{stage}")]);
        double[] each = [.. Enumerable.Range(0, 4).Select(stage => memory.PerAccelerator(plan.Options.Accelerators, stage))];
        shares.AddRow(["bytes", .. each.Select(Bytes)]);
        shares.AddRow([$"fits {Bytes(plan.Accelerator.MemoryBytes)}", .. each.Select(bytes => bytes <= plan.Accelerator.MemoryBytes ? "yes" : "no")]);
        Tables.Write(console, shares);
    }

    private static string Words(double number) => Amount.Parameters((long)Math.Clamp(Math.Round(number), 0, long.MaxValue / 2));

    private static string Bytes(double bytes) => Amount.Bytes((long)Math.Min(bytes, long.MaxValue / 2));

    private static string Percent(double share) => $"{(100 * share).ToString("0.#", CultureInfo.InvariantCulture)} %";
}
