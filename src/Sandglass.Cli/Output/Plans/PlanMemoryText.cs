using System.Globalization;
using Sandglass.Planning;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>plan memory</c> for people.</summary>
internal static class PlanMemoryText
{
    public static void Write(Terminal terminal, IReadOnlyList<MemoryPlan> plans, MemoryOptions options)
    {
        IAnsiConsole console = Tables.Console(terminal);
        PlannedModel model = plans[0].Model;
        PlanFacts.Write(terminal, console, model);
        bool hasDraft = options.Draft is not null;
        Table table = Tables.New(["#Context", "Cache", "#A token", $"#{(options.Users == 1 ? "Cache" : $"Cache of {Amount.Count(options.Users)}")}",
            $"#Weights ({plans[0].WeightType})", "#Activations", .. hasDraft ? (string[])["#Draft"] : [], "#Total"]);
        foreach (MemoryPlan plan in plans)
        {
            table.AddRow([Amount.Whole(plan.Context), plan.CacheType.ToString(), PerToken(plan.CacheBytesPerToken), Amount.Bytes(plan.CacheBytes),
                Amount.Bytes(plan.WeightBytes), Amount.Bytes(plan.ActivationBytes), .. hasDraft ? (string[])[Amount.Bytes(plan.DraftBytes)] : [],
                Amount.Bytes(plan.TotalBytes)]);
        }
        Tables.Write(console, table);
        foreach (string note in Notes(plans.MaxBy(plan => plan.Context)!, options)) terminal.Note(note);
    }

    private static IEnumerable<string> Notes(MemoryPlan plan, MemoryOptions options)
    {
        yield return plan.Source == PlanSource.Counted
            ? "Counted: the bytes that this engine takes for this file, its cache in pages of 32 positions."
            : "By formula, from the model's sizes; cache in pages of 32 positions.";
        ModelShape shape = plan.Model.Shape;
        bool hasWindows = shape.Layers.Any(layer => layer.Attention.Window > 0);
        if (plan.Source == PlanSource.Counted && hasWindows)
            yield return "Some layers see a window only; this engine keeps all positions in them, which is counted.";
        else if (hasWindows) yield return "Layers with a window keep their window only; A token is the price while it is inside of all.";
        if (plan.Model.Obstacle is not null)
            yield return "This engine does not run the file (sandglass inspect says why): its cache and activations are by formula.";
        if (plan.Draft is MemoryPlan draft) yield return OfDraft(draft, plan);
        if (options.SharedPrefix > 0)
            yield return $"{Amount.Of(options.SharedPrefix / 32 * 32, "position")} at the beginning of all texts are kept once, in whole pages.";
    }

    private static string OfDraft(MemoryPlan draft, MemoryPlan plan)
    {
        ModelShape shape = draft.Model.Shape;
        string upTo = draft.Context < plan.Context ? $", for {Amount.Of(draft.Context, "position")}, beyond which it drafts nothing" : "";
        return $"Draft: {Terminal.Harmless(draft.Model.Entry?.Title ?? shape.Name)}, weights in {draft.WeightType}, its cache and activations included{upTo}.";
    }

    private static string PerToken(double bytes) => $"{bytes.ToString("#,0.##", CultureInfo.InvariantCulture)} B";
}
