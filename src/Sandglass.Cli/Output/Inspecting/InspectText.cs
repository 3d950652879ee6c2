using System.Globalization;
using Sandglass.ModelFiles;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>inspect</c> for people: facts with their names beside them, then tables.</summary>
internal sealed class InspectText
{
    private const int Largest = 8;
    private readonly IAnsiConsole _console;

    public InspectText(Terminal terminal) => _console = Tables.Console(terminal);

    public void Summary(Inspection model)
    {
        Grid facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        void Fact(string name, string? value)
        {
            if (value is not null) facts.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(Terminal.Harmless(value)));
        }

        _console.Write(new Text(Terminal.Harmless(model.Name ?? Path.GetFileName(model.File.Name)) + "\n", new Style(decoration: Decoration.Bold)));
        string parts = model.Parts > 1 ? $" · {model.Parts} parts" : "";
        Fact("File", $"{model.File.Name} · {Amount.Bytes(model.File.Length)} · GGUF {model.File.Version}{parts}");
        facts.AddRow(new Text("Architecture", new Style(foreground: Color.Grey)), Verdict(model));
        Fact("Parameters", model.File.Tensors.Count == 0 ? "none" : $"{Amount.Parameters(model.Parameters)}{Exactly(model.Parameters)}");
        foreach ((string name, string value) in ModelFacts.Of(model)) Fact(name, value);
        _console.Write(facts);
    }

    public void Types(Inspection model)
    {
        if (model.Types.Count == 0) return;
        Table table = Tables.New("Type", "#Tensors", "#Parameters", "#Size", "#Bits a weight");
        foreach (TypeShare share in model.Types)
            table.AddRow(share.Type.ToString(), Amount.Whole(share.Tensors), Amount.Whole(share.Values), Amount.Bytes(share.Bytes), Bits(share.BitsPerWeight));
        if (model.Types.Count > 1)
        {
            long values = model.Parameters, bytes = model.Types.Sum(share => share.Bytes);
            table.AddRow("all", Amount.Whole(model.File.Tensors.Count), Amount.Whole(values), Amount.Bytes(bytes),
                Bits(values == 0 ? 0 : 8.0 * bytes / values));
        }
        _console.WriteLine();
        Tables.Write(_console, table);
    }

    public void Tensors(Inspection model, bool all)
    {
        IReadOnlyList<TensorInfo> tensors = model.File.Tensors;
        if (tensors.Count == 0) return;
        string first = all || tensors.Count <= Largest ? "Tensor" : $"Largest tensors of {tensors.Count} (--tensors shows all)";
        Table table = Tables.New(first, "Type", "Shape (columns x rows)", "#Size");
        foreach (TensorInfo tensor in all ? tensors : tensors.OrderByDescending(tensor => tensor.ByteCount).Take(Largest))
            table.AddRow(new Text(Terminal.Harmless(tensor.Name)), new Text(tensor.Type.ToString()),
                new Text(tensor.Shape.Count == 0 ? "a single value" : string.Join(" x ", tensor.Shape)), new Text(Amount.Bytes(tensor.ByteCount)));
        _console.WriteLine();
        Tables.Write(_console, table);
    }

    public void Metadata(Inspection model)
    {
        Table table = Tables.New("Key", "Kind", "Value");
        foreach ((string key, object value) in model.File.Metadata.Values)
            table.AddRow(new Text(Terminal.Harmless(key)), new Text(MetadataValue.Kind(value)), new Text(Terminal.Harmless(MetadataValue.Short(value))));
        _console.WriteLine();
        Tables.Write(_console, table);
    }

    public void Unusual(Inspection model)
    {
        if (model.Unusual.Count == 0) return;
        _console.WriteLine();
        _console.Write(new Text("Unusual\n", new Style(foreground: Color.Yellow)));
        Grid list = new Grid().AddColumn(new GridColumn().PadLeft(1).PadRight(1)).AddColumn(new GridColumn().PadLeft(0));
        foreach (string what in model.Unusual) list.AddRow(new Text("-"), new Text(Terminal.Harmless(what)));
        _console.Write(list);
    }

    private static Text Verdict(Inspection model)
    {
        string architecture = Terminal.Harmless(model.Architecture ?? "not named");
        return model.Obstacle is null
            ? new Text($"{architecture} · runs here", new Style(foreground: Color.Green))
            : new Text($"{architecture} · {Against(model, model.Obstacle)}", new Style(foreground: Color.Yellow));
    }

    private static string Against(Inspection model, ModelFileException obstacle) =>
        model.File.Tensors.Count == 0 ? "a description without weights" : $"does not run here: {Terminal.Harmless(Reason(obstacle))}";

    private static string Reason(ModelFileException obstacle) => obstacle.Code == "architecture-unsupported"
        ? $"expected {obstacle.Expected}"
        : $"{obstacle.Field}: expected {obstacle.Expected}, found {obstacle.Found}";

    private static string Exactly(long count) => count < 1_000_000 ? "" : $" ({Amount.Whole(count)})";

    private static string Bits(double bits) => bits.ToString("0.##", CultureInfo.InvariantCulture);
}
