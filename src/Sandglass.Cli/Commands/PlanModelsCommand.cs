using System.CommandLine;
using System.Text.Json;
using Sandglass.Planning;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan models</c>: the models that can be planned for by name.</summary>
internal sealed class PlanModelsCommand(Terminal terminal)
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a model." };

    public Command Create()
    {
        Command command = new("models", "List the models that plan knows by name, with the source of their sizes.") { _json };
        command.SetAction(List);
        return command;
    }

    private int List(ParseResult parsed)
    {
        if (parsed.GetValue(_json)) WriteJson();
        else WriteTable();
        return ExitCode.Done;
    }

    private void WriteTable()
    {
        Table table = Tables.New("Name", "#Parameters", "#Active", "#Layers", "#Width", "Attention", "#Context", "#Cache a token");
        foreach (CatalogueEntry entry in ModelCatalogue.All)
        {
            ModelShape shape = entry.Shape;
            table.AddRow(entry.Name + (entry.Assumption is null ? "" : " *"), Amount.Parameters(shape.Parameters),
                shape.Layers.Any(layer => layer.FeedForward.Experts > 0) ? Amount.Parameters(shape.ActiveParameters) : "", Amount.Whole(shape.Layers.Count),
                Amount.Whole(shape.Width), PlanFacts.Attention(shape), Amount.Whole(shape.Context), Amount.Bytes(shape.CachedValues * 2));
        }
        Tables.Write(Tables.Console(terminal), table);
        terminal.Note("Attention: heads of queries/keys and values x values of a head. Cache a token: keys and values of a position in F16 while it is " +
            "inside every window. --json has the source of each.");
        foreach (CatalogueEntry entry in ModelCatalogue.All.Where(entry => entry.Assumption is not null))
            terminal.Note($"* {entry.Name} is an assumption. {entry.Assumption}");
    }

    private void WriteJson()
    {
        JsonLines lines = new(terminal.Bytes);
        foreach (CatalogueEntry entry in ModelCatalogue.All)
        {
            ModelShape shape = entry.Shape;
            Utf8JsonWriter json = lines.Begin();
            json.WriteString("name", entry.Name);
            json.WriteString("title", entry.Title);
            json.WriteString("architecture", shape.Architecture);
            json.WriteNumber("parameters", shape.Parameters);
            json.WriteNumber("activeParameters", shape.ActiveParameters);
            json.WriteNumber("publishedParameters", entry.PublishedParameters);
            json.WriteNumber("layers", shape.Layers.Count);
            json.WriteNumber("width", shape.Width);
            json.WriteNumber("heads", shape.Layers[0].Attention.Heads);
            json.WriteNumber("keyValueHeads", shape.Layers[0].Attention.KeyValueHeads);
            json.WriteNumber("vocabulary", shape.Vocabulary);
            json.WriteNumber("context", shape.Context);
            json.WriteNumber("fp16CacheBytesPerToken", shape.CachedValues * 2);
            json.WriteString("source", entry.Source);
            json.WriteString("parametersSource", entry.ParametersSource);
            if (entry.Assumption is not null) json.WriteString("assumption", entry.Assumption);
            if (entry.Note is not null) json.WriteString("note", entry.Note);
            lines.End();
        }
    }
}
