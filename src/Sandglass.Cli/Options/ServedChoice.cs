using System.CommandLine;
using Sandglass.Generation;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Server;

namespace Sandglass.Cli;

/// <summary>The models of <c>serve</c>: <c>--model</c> may be given several times, each with a name of its own (<c>NAME=FILE</c>).</summary>
internal sealed class ServedChoice
{
    private readonly ModelChoice _model = new();
    private readonly Option<string[]> _models = new("--model", "-m")
    {
        Description = $"A model to serve, as a GGUF file or {EmbeddedModels.Prefix}NAME; may be given several times. Requests call it by the file's name " +
            $"without its ending, or by NAME where NAME=FILE is given. Without it: ${ModelChoice.Variable}, or else {EmbeddedModels.Prefix}" +
            $"{EmbeddedModels.Default}.",
        HelpName = "[NAME=]FILE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _draft = new("--draft")
    {
        Description = "A smaller model of the same vocabulary, which guesses ahead for requests that ask for it (\"draft\":\"model\"); " +
            "their texts stay the same.",
        HelpName = "FILE",
    };

    /// <summary>Adds all of run's options of the model.</summary>
    public void AddTo(Command command)
    {
        command.Add(_models);
        command.Add(_draft);
        _model.AddTo(command, withName: false);
    }

    /// <summary>Loads all of them, one after the other. They share what memory the caches may take.</summary>
    public IReadOnlyList<ServedModel> Load(ParseResult parsed, Terminal terminal, Func<ModelOptions, ModelOptions> with, CancellationToken cancellation)
    {
        string[] given = parsed.GetResult(_models) is null ? [] : CommandLineWord.Texts(_models.Name, parsed.GetValue(_models));
        (string? Id, string File)[] named = given.Length > 0 ? [.. given.Select(Split)] : [(null, _model.Name(parsed))];
        string? draft = parsed.GetValue(_draft);
        if (draft == GenerationChoice.Lookup)
            throw new WrongInputException("--draft: expected a smaller model, found lookup, which needs none: requests ask for it with \"draft\":\"lookup\".");
        if (draft is not null && named.Length > 1)
            throw new WrongInputException("--draft guesses for one model: expected one --model beside it. Serve the others from another process.");
        ModelOptions options = with(_model.Options(parsed, draft: draft));
        double[] shares = Shares([.. named.Select(one => one.File)], options);
        SharedCache? shared = named.Length > 1 ? new SharedCache() : null;
        List<ServedModel> served = [];
        try
        {
            foreach ((int i, (string? id, string file)) in named.Index())
            {
                cancellation.ThrowIfCancellationRequested();
                ServedModel model = _model.Loaded(
                    parsed, terminal, file, options with { CacheShare = shares[i], SharedCache = shared }, byOption: given.Length > 0,
                    options => ServedModel.LoadAsync(file, id, options, cancellation).GetAwaiter().GetResult());
                served.Add(model);
                if (served.Count(other => other.Id == model.Id) > 1)
                    throw new WrongInputException($"--model: two models are called {model.Id}. Give one another name: --model NAME={file}.");
                _model.NoteAbout(model.Model, file, terminal);
            }
            return served;
        }
        catch
        {
            foreach (ServedModel model in served) model.Dispose();
            throw;
        }
    }

    /// <summary>What each brings of the caches' memory: as its longest text needs, in proportion. So if there is enough for the longest text of each, its floor
    /// holds that, and else as much of it as of the others'.</summary>
    private double[] Shares(string[] files, ModelOptions options)
    {
        if (files.Length == 1) return [1];
        double[] needs = [.. files.Select(file => CacheNeed(file, options))];
        return [.. needs.Select(need => need / needs.Sum())];
    }

    private double CacheNeed(string name, ModelOptions options)
    {
        using ModelFile file = ModelChoice.Open(_models.Name, name);
        Hyperparameters shape = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        int context = options.Context > 0 ? options.Context : Math.Max(1, shape.ContextLength);
        return (double)context * shape.KeyValueHeadsByLayer.Sum() * (shape.KeyHeadDim + shape.ValueHeadDim);
    }

    /// <summary>A name before the file; a file whose own name has the sign in it is itself.</summary>
    private static (string? Id, string File) Split(string given)
    {
        int sign = given.IndexOf('=', StringComparison.Ordinal);
        if (sign < 0 || File.Exists(given)) return (null, given);
        (string id, string file) = (given[..sign], given[(sign + 1)..]);
        return id.Length is > 0 and <= 128 && file.Length > 0 && !id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? (id, file)
            : throw new WrongInputException($"--model: expected FILE or NAME=FILE, found {given}.");
    }
}
