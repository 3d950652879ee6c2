using System.CommandLine;
using System.CommandLine.Parsing;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>The options of every command that loads a model.</summary>
internal sealed class ModelChoice
{
    /// <summary>Names the model where <c>--model</c> does not.</summary>
    public const string Variable = "SANDGLASS_MODEL";

    private const string EmbeddedPrefix = EmbeddedModels.Prefix;

    /// <summary>The words for how keys and values are stored; the first is the default.</summary>
    public static (string Word, CacheType Value)[] CacheTypeWords =>
        [("f16", CacheType.F16), ("f32", CacheType.F32), ("q8", CacheType.Q8), ("q4", CacheType.Q4)];

    /// <summary>The words for how weights are multiplied; the first is the default.</summary>
    public static (string Word, ComputeMode Value)[] ComputeModes => [("fast", ComputeMode.Fast), ("fine", ComputeMode.Fine), ("exact", ComputeMode.Exact)];

    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = $"A GGUF file (of a split one the first part), or {EmbeddedPrefix}NAME for one that ships inside " +
            $"({string.Join(", ", EmbeddedModels.Names)}). Without it: ${Variable}, or else {EmbeddedPrefix}{EmbeddedModels.Default}.",
        HelpName = "FILE",
    };
    private readonly Option<int?> _threads = NumberOption.Whole(
        "--threads", "Threads that compute; without it one a processor. The output does not depend on it.", 1, 1024, "-t");
    private readonly Option<int?> _context = NumberOption.Whole(
        "--context", "Positions that prompt and completion together may take; without it what the model was trained for.", 1, 1 << 24, "-c");
    private readonly Option<ComputeMode> _compute = WordOption.Of(
        "--compute",
        "How quantised weights are multiplied: fast with activations of 8 bits, fine with 16 bits, exact with F32 ones (--cache-type f32 keeps keys and " +
            "values as exact).", ComputeModes);
    private readonly Option<CacheType> _cacheType = WordOption.Of("--cache-type", "How keys and values are stored.", CacheTypeWords);
    private readonly Option<CacheType?> _keyType = WordOption.Optional(
        "--cache-type-k", "How keys are stored, where it is not as --cache-type says.", CacheTypeWords);
    private readonly Option<CacheType?> _valueType = WordOption.Optional(
        "--cache-type-v", "How values are stored, where it is not as --cache-type says.", CacheTypeWords);

    private readonly HashSet<string> _doubtsTold = [];     // a command may load its model several times

    private readonly Option<long?> _cacheMemory = NumberOption.Bytes(
        "--cache-memory",
        "Bytes that keys and values may take (K, M, G: thousands, millions, billions); without it half of the free memory at most. The output does not " +
            "depend on it.");

    private readonly Option<int?> _window = NumberOption.Whole(
        "--window",
        "Positions that a token sees, its own included: memory stays the same however long the text becomes, --context bounds the prompt only, and what " +
            "has left the window is forgotten.", 1, 1 << 24);
    private readonly Option<int?> _sinks = NumberOption.Whole(
        "--sinks", $"With --window: first positions that are seen beside it. [default: {new ModelOptions().SinkTokens}]", 0, 4096);

    /// <summary>Adds all of them.</summary>
    public void AddTo(Command command, bool withContext = true, bool withThreads = true, bool withCacheType = true, bool withName = true)
    {
        if (withName) AddNameTo(command);
        if (withThreads) command.Add(_threads);
        if (withContext) command.Add(_context);
        command.Add(_compute);
        if (withCacheType) command.Add(_cacheType);
        foreach (Option option in (Option[])[_keyType, _valueType, _cacheMemory, _window, _sinks]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_sinks) is not null && result.GetResult(_window) is null) result.AddError(
                "--sinks does nothing alone: expected --window N with it, the positions that a token sees beside them.");
        });
    }

    /// <summary>Adds <c>--model</c> alone, for what computes nothing.</summary>
    public void AddNameTo(Command command) => command.Add(_model);

    /// <summary>What was chosen: a path, or <c>embedded:NAME</c>.</summary>
    public string Name(ParseResult parsed)
    {
        if (parsed.GetValue(_model) is string given) return given;
        return ByVariable(parsed) ?? EmbeddedPrefix + EmbeddedModels.Default;
    }

    /// <summary>The model that <see cref="Variable"/> names; null where <c>--model</c> or nothing does.</summary>
    private string? ByVariable(ParseResult parsed) =>
        parsed.GetValue(_model) is null && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : null;

    /// <summary>What names the model: the option, or the variable.</summary>
    private string Source(ParseResult parsed) => ByVariable(parsed) is null ? _model.Name : Variable;

    /// <summary>Whether <c>--model</c> is given.</summary>
    public bool IsNamed(CommandResult result) => result.GetResult(_model) is not null;

    /// <summary>Whether the model is one that ships inside.</summary>
    public bool IsEmbedded(ParseResult parsed) => IsEmbedded(Name(parsed));

    /// <summary>The file that an argument names; what is said of a wrong one speaks of that argument.</summary>
    public static ModelFile Open(string argument, string name)
    {
        try
        {
            return OpenNamed(IsEmbedded(name) ? name : NotEmpty(name, argument), argument);
        }
        catch (ModelFileException failure)
        {
            throw new WrongInputException(ErrorMessage.OfFile(failure,
                $"{argument} is the path of a GGUF file, or {EmbeddedPrefix}NAME for one that ships inside ({string.Join(", ", EmbeddedModels.Names)})."),
                failure.Code);
        }
    }

    private static ModelFile OpenNamed(string name, string source)
    {
        CommandLineWord.RefusePath(source, name);
        return IsEmbedded(name) ? EmbeddedModels.Open(name[EmbeddedPrefix.Length..]) : ModelFile.Open(NotEmpty(name));
    }

    /// <summary>The file alone, to look at.</summary>
    public ModelFile Open(ParseResult parsed)
    {
        try
        {
            return OpenNamed(Name(parsed), Source(parsed));
        }
        catch (Exception failure) when (WrongName.Of(failure, ByVariable(parsed), draft: null) is string message)
        {
            throw new WrongInputException(message, ((SandglassException)failure).Code);
        }
    }

    /// <summary>The positions that a text may take, by the file's metadata alone.</summary>
    /// <param name="parsed">Says which model and which context.</param>
    /// <param name="file">The model, where it is another than the one that was chosen.</param>
    public int ContextOf(ParseResult parsed, string? file)
    {
        using ModelFile opened = file is null ? Open(parsed) : OpenNamed(file, _model.Name);
        return parsed.GetValue(_context) ?? Hyperparameters.Read(opened.Metadata, opened.Tensors.Count).ContextLength;
    }

    /// <summary>Loads the model, and shows how far it is where that takes long.</summary>
    /// <param name="context">Positions that the command needs, where it has no <c>--context</c> of this meaning.</param>
    /// <param name="threads">Threads, where the command has no <c>--threads</c> of this meaning.</param>
    /// <param name="cacheType">How keys and values are stored but for <c>--cache-type-k</c> and <c>-v</c>, where the command has no <c>--cache-type</c> of this
    /// meaning.</param>
    /// <param name="file">The model, where it is another than the one that was chosen.</param>
    /// <param name="window">Positions that a token sees where <c>--window</c> is not given.</param>
    /// <param name="draft">The smaller model that guesses for it; null for none.</param>
    public LanguageModel Load(
        ParseResult parsed, Terminal terminal, int? context = null, int? threads = null, CacheTypes? cacheType = null, string? file = null, int? window = null,
        string? draft = null)
    {
        string name = file ?? Name(parsed);
        ModelOptions options = Options(parsed, context, threads, cacheType, window, draft);
        LanguageModel model = Loaded(
            parsed, terminal, name, options, byOption: file is not null,
            options => IsEmbedded(name) ? LanguageModel.LoadEmbedded(name[EmbeddedPrefix.Length..], options) : LanguageModel.Load(NotEmpty(name), options));
        NoteAbout(model, name, terminal);
        return model;
    }

    /// <summary>How models are to be run.</summary>
    public ModelOptions Options(
        ParseResult parsed, int? context = null, int? threads = null, CacheTypes? cacheType = null, int? window = null, string? draft = null)
    {
        if (draft is not null) CommandLineWord.RefusePath("--draft", draft);
        return new()
        {
            Threads = threads ?? parsed.GetValue(_threads) ?? 0,
            Context = context ?? parsed.GetValue(_context) ?? 0,
            Compute = parsed.GetValue(_compute),
            CacheType = Types(parsed, cacheType ?? parsed.GetValue(_cacheType)),
            Draft = draft,
            CacheMemory = parsed.GetValue(_cacheMemory) ?? 0,
            Window = parsed.GetValue(_window) ?? window ?? 0,
            SinkTokens = parsed.GetValue(_sinks) ?? new ModelOptions().SinkTokens,
        };
    }

    /// <summary>Loads something, shows how far it is, and says of a failure who named the model.</summary>
    /// <param name="byOption">Whether an option of the command named it, so that the environment did not.</param>
    public T Loaded<T>(ParseResult parsed, Terminal terminal, string name, ModelOptions options, bool byOption, Func<ModelOptions, T> load)
    {
        CommandLineWord.RefusePath(byOption ? _model.Name : Source(parsed), name);
        using ProgressLine<(long Read, long Total)> progress = new(
            terminal, p => $"Loading {Path.GetFileName(name)}: {Amount.Bytes(p.Read)} of {Amount.Bytes(p.Total)}");
        try
        {
            return load(options with { LoadProgress = terminal.ErrorIsTerminal ? progress : null });
        }
        catch (ModelFileException) when (HoldsOnlyAVocabulary(name))
        {
            throw new WrongInputException(
                $"{name} holds a vocabulary and no weights: sandglass tokenize can use it, but nothing can be computed with it. Give a file with the " +
                    "weights in it.");
        }
        catch (Exception failure) when (
            WrongName.Of(failure, byOption ? null : ByVariable(parsed), options.Draft == name ? null : options.Draft) is string message)
        {
            throw new WrongInputException(message, ((SandglassException)failure).Code);
        }
    }

    /// <summary>Says what is unusual about a model in memory: its context, its vocabulary.</summary>
    public void NoteAbout(LanguageModel model, string name, Terminal terminal)
    {
        if (ContextLimit.Hint(model) is string hint) terminal.Note(hint);
        if (_doubtsTold.Add(name)) NoteDoubts(terminal, model.Tokenizer);
    }

    /// <summary>Says what is doubtful about a model's vocabulary.</summary>
    public static void NoteDoubts(Terminal terminal, Tokenizer tokenizer)
    {
        foreach (string doubt in tokenizer.Doubts) terminal.Note($"Hint: {doubt}.");
    }

    private CacheTypes Types(ParseResult parsed, CacheTypes both) => new(parsed.GetValue(_keyType) ?? both.Keys, parsed.GetValue(_valueType) ?? both.Values);

    private static bool HoldsOnlyAVocabulary(string name)
    {
        try
        {
            using ModelFile file = OpenNamed(name, "--model");
            return file.Tensors.Count == 0 && file.Metadata.Values.ContainsKey("tokenizer.ggml.tokens");
        }
        catch (ModelFileException)
        {
            return false;
        }
    }

    private static bool IsEmbedded(string name) => name.StartsWith(EmbeddedPrefix, StringComparison.Ordinal);

    private static string NotEmpty(string path, string option = "--model") =>
        path.Length > 0 ? path : throw new WrongInputException($"{option}: expected the path of a GGUF file, found an empty text.");
}
