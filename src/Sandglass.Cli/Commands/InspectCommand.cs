using System.CommandLine;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary><c>sandglass inspect [FILE]</c>: what a model file is, also one that does not run here.</summary>
internal sealed class InspectCommand(Terminal terminal)
{
    private readonly Argument<string?> _file =
        new("FILE") { Description = "A GGUF file, of a split one the first part; without it as --model.", Arity = ArgumentArity.ZeroOrOne };
    private readonly ModelChoice _model = new();
    private readonly Option<bool> _tensors = new("--tensors") { Description = "All tensors, in the order of the file." };
    private readonly Option<bool> _metadata = new("--metadata") { Description = "All metadata; long lists and texts are cut." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object." };

    public Command Create()
    {
        Command command = new("inspect", "Show what a model file is: shape, types, sizes, vocabulary, what is unusual.");
        command.Add(_file);
        _model.AddNameTo(command);
        foreach (Option option in (Option[])[_tensors, _metadata, _json]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_file) is { Tokens.Count: > 0 } && _model.IsNamed(result))
                result.AddError("Expected one model, found FILE and --model. Leave out one.");
        });
        command.SetAction(Inspect);
        return command;
    }

    private int Inspect(ParseResult parsed)
    {
        string? given = parsed.GetValue(_file);
        MistypedOption.Refuse(parsed, given);
        using ModelFile file = given is null ? _model.Open(parsed) : ModelChoice.Open(_file.Name, given);
        Inspection inspection = Inspection.Of(file);
        if (parsed.GetValue(_json))
        {
            InspectJson.Write(inspection, terminal.Bytes, parsed.GetValue(_tensors), parsed.GetValue(_metadata));
            return ExitCode.Done;
        }

        InspectText text = new(terminal);
        text.Summary(inspection);
        text.Types(inspection);
        text.Tensors(inspection, all: parsed.GetValue(_tensors));
        if (parsed.GetValue(_metadata)) text.Metadata(inspection);
        text.Unusual(inspection);
        return ExitCode.Done;
    }
}
