using System.Globalization;
using Sandglass.Planning;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>plan time</c> for people.</summary>
internal static class PlanTimeText
{
    public static void Write(Terminal terminal, PlannedModel model, TimeRows rows)
    {
        IAnsiConsole console = Tables.Console(terminal);
        PlanFacts.Write(terminal, console, model);
        WriteLengths(console, rows);
        WriteText(console, rows);
        WriteBatches(console, rows);
        foreach (string note in Notes(model, rows)) terminal.Note(note);
    }

    private static void WriteLengths(IAnsiConsole console, TimeRows rows)
    {
        Table table = Tables.New("#Context", "#Prompt", "#tokens/s", "waits for", "#attention", "#Token", "#tokens/s", "waits for", "#attention", "#bytes",
            "#operations");
        foreach (long context in rows.Contexts)
        {
            StepCost read = rows.Time.CostOfPrompt(context, 0), wrote = rows.Time.CostOfDecode(1, context);
            table.AddRow(Amount.Whole(context), Time(read.Seconds), Rate(context / read.Seconds), Bound(read), Attention(read), Time(wrote.Seconds),
                Rate(1 / wrote.Seconds), Bound(wrote), Attention(wrote), Amount.Large(wrote.WeightBytes + wrote.CacheBytes),
                Amount.Large(wrote.WeightOperations + wrote.AttentionOperations));
        }
        Tables.Write(console, table);
    }

    private static void WriteText(IAnsiConsole console, TimeRows rows)
    {
        Grid facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        void Fact(string name, string value) => facts.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(value));

        StepTime time = rows.Time;
        Fact("First token", $"{Time(rows.First.Seconds)} after a prompt of {Amount.Of(rows.Prompt, "token")}");
        Fact("All", $"{Amount.Of(rows.Tokens, "token")} after {Time(rows.Whole)}");
        Fact("Attention", TimePlan.Crossing(time) is long depth
            ? $"takes longer than the weights from {Amount.Of(depth, "position")} on, of a token that is written"
            : "never takes longer than the weights, of a token that is written");
        Fact("Batch", TimePlan.ComputeBatch(time) is int texts
            ? $"its products wait for arithmetic from {Amount.Of(texts, "text")} on, for memory with fewer"
            : "its products always wait for memory");
        console.Write(facts);
    }

    private static void WriteBatches(IAnsiConsole console, TimeRows rows)
    {
        Table table = Tables.New($"#Texts at {Amount.Whole((long)rows.Depth)}", "#A step", "#tokens/s of each", "#of all", "waits for", "#attention");
        foreach (int batch in rows.Batches)
        {
            StepCost step = rows.Time.CostOfDecode(batch, rows.Depth);
            table.AddRow(Amount.Whole(batch), Time(step.Seconds), Rate(1 / step.Seconds), Rate(batch / step.Seconds), Bound(step), Attention(step));
        }
        Tables.Write(console, table);
    }

    private static IEnumerable<string> Notes(PlannedModel model, TimeRows rows)
    {
        StepTime time = rows.Time;
        MachineSpeed machine = time.Machine;
        string threads = machine.Threads > 0 ? $", {Amount.Of(machine.Threads, "thread")}" : "";
        string int8 = machine.Int8OperationsPerSecond is double bytes ? $", {Amount.Large(bytes)} in int8" : "";
        yield return $"{machine.Title}{threads}: {Amount.Large(machine.BytesPerSecond)} bytes and {Amount.Large(machine.OperationsPerSecond)} operations " +
            $"a second{int8} ({machine.Source}).";
        if (machine.Assumption is string assumption) yield return $"Assumption: {assumption}.";
        yield return $"Weights in {time.WeightTypeName}, cache in {time.Options.CacheType}. " + (machine.Engine is not null
            ? "Times are sums of what this engine's loops took on that machine; what a token is chosen from is greedy."
            : $"Times are bounds: the bytes or the operations of each product, whichever take longer{Reached(time.Options.Reached)}.");
        if (time.Options.Count > 1) yield return $"{time.Options.Count} of them share each step evenly; what they tell each other is taken for nothing.";
        MemoryPlan memory = MemoryPlan.For(model, new MemoryOptions
        {
            WeightType = time.Options.WeightType,
            CacheType = time.Options.CacheType,
            Context = Math.Max(1, (long)rows.Depth),
            Users = rows.Batches.Max(),
        });
        double room = machine.MemoryBytes * time.Options.Count;
        if (memory.TotalBytes > room)
            yield return $"{Amount.Of(rows.Batches.Max(), "text")} of that length need {Amount.Bytes(memory.TotalBytes)}, more than the " +
                $"{Amount.Bytes((long)room)} that there are (sandglass plan memory).";
    }

    private static string Reached(double share) => share == 1 ? "" : $", at {(100 * share).ToString("0.#", CultureInfo.InvariantCulture)} % of the figures";

    private static string Time(double seconds) => seconds switch
    {
        < 1e-3 => $"{Amount.Short(1e6 * seconds)} us",
        < 1 => $"{Amount.Short(1e3 * seconds)} ms",
        < 600 => $"{Amount.Short(seconds)} s",
        _ => $"{Amount.Large(seconds / 60)} min",
    };

    private static string Rate(double rate) => Amount.Large(rate);

    private static string Bound(StepCost cost) => cost.Bound == StepBound.Memory ? "memory" : "arithmetic";

    private static string Attention(StepCost cost) => $"{(100 * cost.AttentionSeconds / cost.Seconds).ToString("0.#", CultureInfo.InvariantCulture)} %";
}
