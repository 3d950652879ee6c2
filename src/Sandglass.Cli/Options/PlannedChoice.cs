using System.CommandLine;
using System.CommandLine.Parsing;
using Sandglass.ModelFiles;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary>The model of every command that plans: it need not be here, its sizes are enough.</summary>
internal sealed class PlannedChoice
{
    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = $"A name that sandglass plan models lists, a GGUF file, a config.json of Hugging Face, or {EmbeddedModels.Prefix}NAME. Without it: " +
            $"${ModelChoice.Variable}, or else {EmbeddedModels.Prefix}{EmbeddedModels.Default}.",
        HelpName = "MODEL",
    };

    public void AddTo(Command command) => command.Add(_model);

    /// <summary>Whether <c>--model</c> is given.</summary>
    public bool IsNamed(CommandResult result) => result.GetResult(_model) is not null;

    /// <summary>The model that was chosen.</summary>
    /// <exception cref="WrongInputException">There is none of this name, or its file cannot be read.</exception>
    public PlannedModel Open(ParseResult parsed)
    {
        if (parsed.GetValue(_model) is string given) return Open(_model.Name, given);
        return Environment.GetEnvironmentVariable(ModelChoice.Variable) is { Length: > 0 } named
            ? Open(ModelChoice.Variable, named)
            : Open(_model.Name, EmbeddedModels.Prefix + EmbeddedModels.Default);
    }

    /// <summary>A model that an option or variable names.</summary>
    /// <exception cref="WrongInputException">There is none of this name, or its file cannot be read.</exception>
    public static PlannedModel Open(string source, string name)
    {
        CommandLineWord.RefusePath(source, name);
        try
        {
            return PlannedModel.Open(name);
        }
        catch (ModelFileException failure)
        {
            throw new WrongInputException(
                ErrorMessage.OfFile(failure, $"{source} takes a GGUF file, a config.json, or a name that sandglass plan models lists."), failure.Code);
        }
        catch (PlanException failure) when (source != "--model")
        {
            throw new WrongInputException($"{source}: expected {failure.Expected}, found {failure.Found}. sandglass plan models lists them.", failure.Code);
        }
    }
}
