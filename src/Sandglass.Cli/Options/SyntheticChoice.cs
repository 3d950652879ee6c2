using System.CommandLine;
using Sandglass.ModelFiles;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>--synthetic</c>, <c>--keep</c>: a model of a known shape that is made up, in place of <c>--model</c>.</summary>
/// <param name="verb">What the command does with it: Measure.</param>
internal sealed class SyntheticChoice(string verb)
{
    private readonly Option<string?> _synthetic = new("--synthetic")
    {
        Description = $"{verb} a synthetic model with random weights. Shapes: {string.Join(", ", SyntheticModel.ShapeNames)}. Types: " +
            $"{string.Join(", ", SyntheticModel.TypeNames)}.",
        HelpName = "SHAPE:TYPE",
    };
    private readonly Option<string?> _keep = new("--keep") { Description = "With --synthetic: write the model to this file and keep it.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_synthetic);
        command.Add(_keep);
    }

    /// <summary>What is asked for; null where nothing is.</summary>
    public string? Name(ParseResult parsed) => parsed.GetValue(_synthetic);

    /// <summary>Writes the model that is asked for; null where none is.</summary>
    public SyntheticFile? Make(ParseResult parsed, ModelChoice model, Terminal terminal, CancellationToken cancellation)
    {
        string? synthetic = parsed.GetValue(_synthetic), keep = parsed.GetValue(_keep);
        if (synthetic is not null && model.IsNamed(parsed.CommandResult)) throw new WrongInputException("--synthetic makes a model: leave --model out.");
        if (keep is not null && synthetic is null) throw new WrongInputException("--keep keeps the model that --synthetic SHAPE:TYPE makes: give both.");
        if (keep is not null) CommandLineWord.RefusePath(_keep.Name, keep);
        if (synthetic is null) return null;

        SyntheticFile file = new(keep);
        try
        {
            using ProgressLine<QuantizeProgress> progress = new(terminal, p => $"Making up tensor {p.Done} of {p.Tensors}: {p.Name}");
            SyntheticModel.Write(file.Path, synthetic, progress, cancellation);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

/// <summary>A file with a made-up model, deleted when this is disposed of unless it is to be kept.</summary>
internal sealed class SyntheticFile(string? keep) : IDisposable
{
    private readonly TemporaryFile? _temporary = keep is null ? new TemporaryFile(".gguf") : null;

    public string Path => keep ?? _temporary!.Path;

    public void Dispose() => _temporary?.Dispose();
}
