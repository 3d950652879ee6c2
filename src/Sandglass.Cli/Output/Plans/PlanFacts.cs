using Sandglass.Planning;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary>What model a plan is about, in a few lines above its table.</summary>
internal static class PlanFacts
{
    public static void Write(Terminal terminal, IAnsiConsole console, PlannedModel model)
    {
        Grid facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        void Fact(string name, string? value)
        {
            if (value is not null) facts.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(Terminal.Harmless(value)));
        }

        ModelShape shape = model.Shape;
        bool hasExperts = shape.Layers.Any(layer => layer.FeedForward.Experts > 0);
        console.Write(new Text(Terminal.Harmless(model.Entry?.Title ?? shape.Name) + "\n", new Style(decoration: Decoration.Bold)));
        Fact("Parameters", $"{Amount.Parameters(shape.Parameters)}{(hasExperts ? $", {Amount.Parameters(shape.ActiveParameters)} used by each token" : "")}");
        Fact("Layers", $"{shape.Layers.Count} of width {Amount.Whole(shape.Width)}");
        Fact("Attention", Attention(shape));
        Fact("Context", $"{Amount.Of(shape.Context, "position")}");
        Fact("Source", model.Entry?.Source);
        Fact("Assumption", model.Entry?.Assumption);
        Fact("Note", model.Entry?.Note);
        console.Write(facts);
        if (shape.Doubt is string doubt) terminal.Note($"Hint: {Terminal.Harmless(doubt)}.");
    }

    /// <summary>What the layers' attention is, and how many have a window where not all have.</summary>
    public static string Attention(ModelShape shape)
    {
        string[] kinds = [.. shape.Layers.Select(layer => Kind(layer.Attention)).Distinct()];
        string kind = string.Join("; ", kinds);
        int[] windows = [.. shape.Layers.Select(layer => layer.Attention.Window).Where(window => window > 0)];
        if (windows.Length == 0) return kind;
        string where = windows.Length == shape.Layers.Count ? "" : $" in {windows.Length} of {shape.Layers.Count} layers";
        return $"{kind}, window {Amount.Whole(windows[0])}{where}";
    }

    private static string Kind(AttentionShape attention) =>
        attention.LatentDim > 0 ? $"latent, {attention.LatentDim} + {attention.RopeDim} values"
        : attention.Heads == 0 ? "none"
        : attention.KeyValueHeads == attention.Heads ? $"{attention.Name}, {attention.Heads} x {attention.KeyDim}"
        : $"{attention.Name}, {attention.Heads}/{attention.KeyValueHeads} x {attention.KeyDim}";
}
