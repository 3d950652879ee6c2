using System.CommandLine;
using System.Text.Json;
using Sandglass.Planning;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>sandglass plan scale</c>: what a text's length costs.</summary>
internal sealed class PlanScaleCommand(Terminal terminal)
{
    private static readonly long[] Usual = [8 << 10, 16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, 1 << 20];

    private readonly PlannedChoice _model = new();
    private readonly Option<long[]> _context = PlanNumbers.Positions("--context",
        "Lengths, several with commas between them (8K is 8,192). [default: 8K to 1M, each twice the one before]", 1, "-c");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a row." };

    public Command Create()
    {
        Command command = new("scale", "Say what a text's length costs: of reading it as a prompt, and of writing its next token; against 8,192 positions.");
        _model.AddTo(command);
        command.Add(_context);
        command.Add(_json);
        command.SetAction(Plan);
        return command;
    }

    private int Plan(ParseResult parsed)
    {
        PlannedModel model = _model.Open(parsed);
        long[] contexts = parsed.GetValue(_context) is { Length: > 0 } given ? given : Usual;
        ScalePlan[] plans = [.. contexts.Select(context => ScalePlan.For(model.Shape, context))];
        if (parsed.GetValue(_json)) WriteJson(plans);
        else WriteTable(model, plans);
        return ExitCode.Done;
    }

    private void WriteJson(ScalePlan[] plans)
    {
        JsonLines lines = new(terminal.Bytes);
        foreach (ScalePlan plan in plans)
        {
            Utf8JsonWriter json = lines.Begin();
            json.WriteNumber("context", plan.Context);
            json.WriteDouble("relative", plan.Relative);
            json.WriteDouble("quadratic", plan.Quadratic);
            json.WriteDouble("linear", plan.Linear);
            json.WriteDouble("total", plan.Total);
            json.WriteDouble("attentionRelative", plan.AttentionRelative);
            json.WriteDouble("tokenAttention", plan.TokenAttention);
            json.WriteDouble("tokenWeights", plan.TokenWeights);
            json.WriteDouble("tokenRelative", plan.TokenRelative);
            lines.End();
        }
    }

    private void WriteTable(PlannedModel model, ScalePlan[] plans)
    {
        IAnsiConsole console = Tables.Console(terminal);
        PlanFacts.Write(terminal, console, model);
        Table table = Tables.New("#Context", "#Attention", "#Weights", "#Prompt", "#x 8K", "#attention x 8K", "#Token: attention", "#weights", "#x 8K");
        foreach (ScalePlan plan in plans)
            table.AddRow(Amount.Whole(plan.Context), Amount.Large(plan.Quadratic), Amount.Large(plan.Linear), Amount.Large(plan.Total),
                Amount.Short(plan.Relative), Amount.Short(plan.AttentionRelative), Amount.Large(plan.TokenAttention), Amount.Large(plan.TokenWeights),
                Amount.Short(plan.TokenRelative));
        Tables.Write(console, table);
        terminal.Note("Operations, two for a multiply-add. Prompt: reading the whole text at once, attention (which grows with the square of the length) " +
            "and weights (which grow with it). Token: writing the next one with the cache, attention (which grows with the length) and weights (the same).");
        terminal.Note($"Attention costs more than the weights: of reading a text, {Past(ScalePlan.Crossing(model.Shape, ofToken: false))}; of writing a " +
            $"token, {Past(ScalePlan.Crossing(model.Shape, ofToken: true))}.");
        if (model.Shape.Layers.Any(layer => layer.Attention.Window > 0))
            terminal.Note("Layers with a window grow with the length only, once that is beyond it.");
    }

    private static string Past(long? crossing) => crossing is long at ? $"from {Amount.Whole(at)} positions on" : "never";
}
