using Sandglass.Chat;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass;

/// <summary>A language model in memory, ready to generate text. Safe to use from many threads: requests made at the same time are computed together, and each
/// gives what it would give alone.</summary>
/// <example>
/// <code>
/// using LanguageModel model = LanguageModel.LoadEmbedded();
/// await foreach (GeneratedToken token in model.GenerateAsync("Once upon a time"))
///     Console.Write(token.Text);
/// </code>
/// </example>
public sealed class LanguageModel : IDisposable
{
    private readonly Engine _engine;
    private readonly TextRequests _requests;
    private readonly Lazy<TraceModel> _traced;

    private LanguageModel(ModelFile file, ModelOptions options, CancellationToken cancellation = default, string? hash = null)
    {
        options.Validate();
        _ = KernelPath.Current; // a forced width that cannot be had fails here, before any work

        Name = file.Metadata.Values.GetValueOrDefault("general.name") as string ?? file.Name;
        (Shape, Tokenizer) = ModelSupport.Understand(file);
        ChatTemplate = ChatTemplate.Of(file.Metadata);
        Options = options;
        _engine = options.Draft is null ? new Engine(file, Shape, options, cancellation: cancellation) : WithDraft(file, options, options.Draft, cancellation);
        _requests = new TextRequests(_engine, Tokenizer, this);
        (string source, long bytes) = (Path.Exists(file.Name) ? Path.GetFullPath(file.Name) : file.Name, file.Length);
        _traced = new Lazy<TraceModel>(() => Traced(hash ?? HashOf(source, bytes)));
        if (!Host.HasThreads) Stepped.Add(this);
    }

    /// <summary>Frees the model for a caller that dropped it. A text that is still read keeps its model.</summary>
    ~LanguageModel() => _engine?.Close();   // null where loading failed

    /// <summary>The model's own name.</summary>
    public string Name { get; }

    /// <summary>Layers, widths, heads and the rest.</summary>
    public Hyperparameters Shape { get; }

    /// <summary>How the model is run.</summary>
    public ModelOptions Options { get; }

    /// <summary>Text to ids and back.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How the model wants conversations written. A model without a template has a plain one, and its <see cref="ChatTemplate.Hint"/> says
    /// so.</summary>
    public ChatTemplate ChatTemplate { get; }

    /// <summary>Positions that prompt and completion together may take.</summary>
    public int Context => _engine.Context;

    /// <summary>The context that was asked for, or that the model was trained for, where free memory holds less of it: then <see cref="Context"/> is what it
    /// holds. Null where it holds all; <see cref="ModelOptions.CacheMemory"/> and <see cref="ModelOptions.CacheType"/> change it.</summary>
    public int? ContextBeforeLimit => _engine.ContextBeforeLimit;

    /// <summary>What the engine is doing now, and has done since the model was loaded. From any thread, and cheap.</summary>
    public EngineActivity Activity => _engine.Activity;

    /// <summary>Watches the engine's steps from the next one on: who waits, who reads, who writes. No text changes by it, in no bit.</summary>
    internal BatchWatch WatchBatch() => _engine.Reporter.Watch();

    /// <summary>Whether anybody watches.</summary>
    internal bool IsWatched => _engine.Reporter.IsWatched;

    /// <summary>The shares of tenants as they are.</summary>
    internal IReadOnlyDictionary<string, double> TenantWeights => _engine.Weights.Now;

    /// <summary>Gives tenants other shares than <see cref="ModelOptions.TenantWeights"/> did, from now on; what was served stays as it was counted.</summary>
    /// <exception cref="GenerationException">A weight is out of its range.</exception>
    internal void ChangeTenantWeights(IReadOnlyDictionary<string, double> weights)
    {
        ModelOptions.ValidateWeights(weights);
        _engine.Weights.Change(weights);
    }

    /// <summary>First 16 hex digits of the SHA-256 of the model's file, which is read for it once; null where it is no longer there as it was.</summary>
    internal string? Hash => _traced.Value.Hash;

    /// <summary>The pages of all caches; whoever holds some is still at work.</summary>
    internal PagePool Pages => _engine.Pages;

    /// <summary>The pages of the model that guesses, or null.</summary>
    internal PagePool? DraftPages => _engine.Draft?.Pages;

    /// <summary>Bytes of weights that one token reads on its way through the model.</summary>
    internal long WeightBytesPerToken => _engine.WeightBytesPerToken;

    /// <summary>Whether most weights are of quantised types.</summary>
    internal bool HasQuantizedWeights => _engine.QuantizedWeights;

    /// <summary>Loads a GGUF file; of a split file the first part loads all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="ModelFileException">The file cannot be read, or holds what cannot be run; the message says where and why.</exception>
    /// <exception cref="GenerationException">An option is out of its range.</exception>
    /// <exception cref="KernelPathException">The environment asks for kernels that this processor lacks.</exception>
    public static LanguageModel Load(string path, ModelOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using ModelFile file = ModelFile.Open(path);
        return new LanguageModel(file, options ?? new ModelOptions());
    }

    /// <summary>Loads a model from an open file, which stays the caller's.</summary>
    /// <param name="hash">The file's, as <see cref="ModelFile.Hash"/> gives it.</param>
    internal static LanguageModel Load(ModelFile file, ModelOptions options, string hash) => new(file, options, hash: hash);

    /// <summary>Loads a GGUF file on another thread.</summary>
    /// <param name="path">The file; of a split one the first part.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <param name="cancellationToken">Ends loading with an <see cref="OperationCanceledException"/> and leaves nothing in memory.</param>
    /// <inheritdoc cref="Load(string, ModelOptions?)"/>
    /// <example>
    /// <code>
    /// using LanguageModel model = await LanguageModel.LoadAsync("model.gguf", new ModelOptions { LoadProgress = new Progress&lt;(long Read, long
    /// Total)&gt;(p => bar.Value = p.Read) });
    /// </code>
    /// </example>
    public static Task<LanguageModel> LoadAsync(string path, ModelOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Task.Run(
            () =>
            {
                using ModelFile file = ModelFile.Open(path);
                return new LanguageModel(file, options ?? new ModelOptions(), cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Loads a model that ships inside, with no file and no download.</summary>
    /// <param name="name">One of <see cref="EmbeddedModels.Names"/>.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="GenerationException">There is no such model, or an option is out of its range.</exception>
    public static LanguageModel LoadEmbedded(string name = EmbeddedModels.Default, ModelOptions? options = null)
    {
        using ModelFile file = EmbeddedModels.Open(name);
        return new LanguageModel(file, options ?? new ModelOptions());
    }

    /// <summary>Continues a text. Generation begins at once; the tokens wait until they are read.</summary>
    /// <param name="prompt">The text to continue.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the generation at its next token; the result says so, nothing is thrown.</param>
    /// <exception cref="OptionException">The prompt is empty or longer than the context, or an option is out of its range: a
    /// <see cref="GenerationException"/>, or a <see cref="SamplingException"/> for one
    /// of <see cref="GenerationOptions.Sampling"/>.</exception>
    /// <exception cref="BusyException">Too many requests wait, or this one would have to wait for too long: see <see cref="ModelOptions.MaxQueue"/> and
    /// <see cref="GenerationOptions.StartWithin"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    /// <example>
    /// <code>
    /// await foreach (GeneratedToken token in model.GenerateAsync("Once upon a time", new GenerationOptions { MaxTokens = 60 }))
    ///     Console.Write(token.Text);
    /// </code>
    /// </example>
    public TextGeneration GenerateAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        GenerateAsync(Ids(prompt, options), options, cancellationToken);

    /// <summary>Continues a sequence of ids, to which nothing is added.</summary>
    /// <param name="promptIds">The ids to continue.</param>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)"/>
    public TextGeneration GenerateAsync(IReadOnlyList<int> promptIds, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        GenerateSamples(promptIds, 1, options, cancellationToken)[0];

    /// <summary>Continues a text and gives the outcome with the whole completion: for callers that show no tokens.</summary>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)"/>
    /// <example>
    /// <code>
    /// GenerationResult result = await model.CompleteAsync("The king had a daughter, and");
    /// Console.WriteLine($"{result.Text} ({result.Finish})");
    /// </code>
    /// </example>
    public Task<GenerationResult> CompleteAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        GenerateAsync(prompt, options, cancellationToken).Result;

    /// <summary>Continues a sequence of ids, to which nothing is added, and gives the outcome with the whole completion.</summary>
    /// <param name="promptIds">The ids to continue.</param>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)"/>
    public Task<GenerationResult> CompleteAsync(
        IReadOnlyList<int> promptIds, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        GenerateAsync(promptIds, options, cancellationToken).Result;

    /// <summary>Continues a text several times, each with a seed of its own: the first one's, and one more for each that follows. The prompt is read once,
    /// its pages are shared.</summary>
    /// <param name="prompt">The text to continue.</param>
    /// <param name="samples">How many, 1 to 64.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends all of them. Abandoning the first one before its first token ends all of them too: it reads the prompt for the
    /// others.</param>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)"/>
    /// <example>
    /// <code>
    /// IReadOnlyList&lt;TextGeneration&gt; samples = model.GenerateSamples("Once upon a time", 4, new GenerationOptions { MaxTokens = 40 });
    /// foreach (GenerationResult result in await Task.WhenAll(samples.Select(sample => sample.Result)))
    ///     Console.WriteLine($"{result.Seed}: {result.Text}");
    /// </code>
    /// </example>
    public IReadOnlyList<TextGeneration> GenerateSamples(
        string prompt, int samples, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        GenerateSamples(Ids(prompt, options), samples, options, cancellationToken);

    /// <summary>Continues a sequence of ids several times, each with a seed of its own. The prompt is processed once, and its pages are shared.</summary>
    /// <param name="promptIds">The ids to continue, to which nothing is added.</param>
    /// <inheritdoc cref="GenerateSamples(string, int, GenerationOptions?, CancellationToken)"/>
    public IReadOnlyList<TextGeneration> GenerateSamples(
        IReadOnlyList<int> promptIds, int samples, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        _requests.Generate(promptIds, samples, options ?? new GenerationOptions(), cancellationToken);

    /// <summary>Continues a text and watches how: for each token the candidates and what became of them, what it attended to, the cache, the cost. The text
    /// is the one that <see cref="GenerateAsync(string, GenerationOptions?, CancellationToken)"/> gives, and so are its bits.</summary>
    /// <param name="prompt">The text to continue.</param>
    /// <param name="options">How; null for the defaults. Each token is explained, whatever they say.</param>
    /// <param name="watched">What is told; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the generation at its next token.</param>
    /// <remarks>The first call of a model reads its file once more, for the hash that the trace names it by.</remarks>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)"/>
    /// <example>
    /// <code>
    /// await using TextTrace trace = model.TraceAsync("Once upon a time", new GenerationOptions { MaxTokens = 20 });
    /// await foreach (TraceStep step in trace)
    ///     if (step is TokenStep token) Console.WriteLine($"{token.Token.Text}: {token.Token.Explanation!.EntropyRaw:F2} nats");
    /// </code>
    /// </example>
    public TextTrace TraceAsync(
        string prompt, GenerationOptions? options = null, TraceOptions? watched = null, CancellationToken cancellationToken = default) =>
        TraceAsync(Ids(prompt, options), options, watched, cancellationToken);

    /// <summary>Continues a sequence of ids, to which nothing is added, and watches how.</summary>
    /// <param name="promptIds">The ids to continue.</param>
    /// <inheritdoc cref="TraceAsync(string, GenerationOptions?, TraceOptions?, CancellationToken)"/>
    public TextTrace TraceAsync(
        IReadOnlyList<int> promptIds, GenerationOptions? options = null, TraceOptions? watched = null, CancellationToken cancellationToken = default) =>
        _requests.Trace(promptIds, options ?? new GenerationOptions(), watched ?? new TraceOptions(), _traced.Value, cancellationToken);

    /// <summary>Throws where <see cref="GenerateSamples(IReadOnlyList{int}, int, GenerationOptions?, CancellationToken)"/> would, however busy it is.</summary>
    /// <exception cref="OptionException">The prompt or an option is wrong.</exception>
    internal void RequireGenerates(IReadOnlyList<int> promptIds, int samples, GenerationOptions options) => _requests.Require(promptIds, samples, options);

    /// <summary>Gives the log-probability of each id of a text but the first, after those before it (teacher forcing).</summary>
    /// <param name="ids">The text, to which nothing is added.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the loop with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="OptionException">The ids are longer than the context, one is outside the vocabulary, or an option is out of its range.</exception>
    /// <exception cref="SamplingException">From the loop: the model computed logits that are no distribution.</exception>
    /// <example>
    /// <code>
    /// await foreach (TokenScore score in model.ScoreAsync(model.Tokenizer.Encode("The king had a helicopter.").Ids))
    ///     Console.WriteLine($"{model.Tokenizer.Decode([score.Next])} {Math.Exp(score.Logprob):P1}");
    /// </code>
    /// </example>
    public IAsyncEnumerable<TokenScore> ScoreAsync(IReadOnlyList<int> ids, ScoreOptions? options = null, CancellationToken cancellationToken = default) =>
        _requests.Score(ids, options ?? new ScoreOptions(), cancellationToken);

    /// <summary>Makes an embedding of a text: the last hidden state, averaged over all its tokens (mean pooling), at length 1. It is the same whatever is
    /// computed beside it.</summary>
    /// <param name="ids">The text, to which nothing is added.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work at its next step; the task is cancelled then.</param>
    /// <exception cref="OptionException">There are no ids, or more than the context, one is outside the vocabulary, or an option is out of its range. From the
    /// task: the model computed no numbers.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of; from the task where that came before its end.</exception>
    /// <example>
    /// <code>
    /// Embedding king = await model.EmbedAsync("The king had a daughter."), queen = await model.EmbedAsync("The queen had a son.");
    /// Console.WriteLine(king.Values.ToArray().Zip(queen.Values.ToArray(), (a, b) => a * b).Sum());     // their cosine: both have length 1
    /// </code>
    /// </example>
    public Task<Embedding> EmbedAsync(IReadOnlyList<int> ids, EmbeddingOptions? options = null, CancellationToken cancellationToken = default) =>
        _requests.Embed(ids, options ?? new EmbeddingOptions(), cancellationToken);

    /// <summary>Makes an embedding of a text.</summary>
    /// <param name="text">The text. It gets the begin token where the model adds one; control tokens in it are plain text.</param>
    /// <inheritdoc cref="EmbedAsync(IReadOnlyList{int}, EmbeddingOptions?, CancellationToken)"/>
    public Task<Embedding> EmbedAsync(string text, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EmbedAsync(Tokenizer.Encode(text, addBos: true, parseSpecial: false).Ids, options, cancellationToken);
    }

    /// <summary>Begins a text whose tokens the caller chooses: tokens in, the logits of the next one out. For a loop of one's own.</summary>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="GenerationException">An option is out of its range.</exception>
    public TokenSequence StartSequence(SequenceOptions? options = null)
    {
        options ??= new SequenceOptions();
        options.Validate();
        return new TokenSequence(_requests, options);
    }

    /// <summary>Makes what chooses tokens from logits as <see cref="GenerationOptions.Sampling"/> does: for one text.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="SamplingException">An option is out of its range.</exception>
    public TokenSampler CreateSampler(SamplerOptions? options = null)
    {
        options ??= new SamplerOptions();
        options.Validate();
        return new TokenSampler(options, Tokenizer, Shape.VocabularySize);
    }

    /// <summary>Begins a conversation, whose turns are written as the model's template wants them and read only what is new.</summary>
    /// <param name="system">What the model is told before all else; null for nothing.</param>
    /// <param name="options">How answers are generated; null for the defaults.</param>
    /// <example>
    /// <code>
    /// Conversation talk = model.StartConversation("You are a helpful assistant.");
    /// await foreach (GeneratedToken token in talk.SayAsync("What is an hourglass?"))
    ///     Console.Write(token.Text);
    /// </code>
    /// </example>
    public Conversation StartConversation(string? system = null, GenerationOptions? options = null) => new(this, system, options);

    /// <summary>Takes what is under way one step further, where <see cref="ModelOptions.IsStepped"/> says that the caller does.</summary>
    /// <returns>Whether a token went through; false where nothing is under way, or all of it rests.</returns>
    internal bool Step() => _engine.Step();

    /// <summary>Models that nobody steps but the caller, where there is no thread to do it: an experiment loads models of its own.</summary>
    internal static List<LanguageModel> Stepped { get; } = [];

    /// <summary>Ends what is in progress and frees everything.</summary>
    public void Dispose()
    {
        if (!Host.HasThreads) Stepped.Remove(this);
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    private TraceModel Traced(string? hash)
    {
        CacheShape cache = _engine.Pages.Shape;
        return new TraceModel
        {
            Name = Name,
            Hash = hash,
            Architecture = Shape.Architecture,
            Layers = cache.Layers,
            Heads = Shape.Heads,
            KeyValueHeads = cache.KvHeads,
            KeyDim = cache.KeyDim,
            ValueDim = cache.ValueDim,
            Width = Shape.Width,
            Vocabulary = Shape.VocabularySize,
            Context = Context,
            WeightBytesPerToken = WeightBytesPerToken,
            CacheBytesPerPosition = cache.SetBytes / (double)CacheShape.PagePositions,
        };
    }

    /// <summary>Null where the file is no longer there, or no longer of this length.</summary>
    private static string? HashOf(string source, long bytes)
    {
        try
        {
            using ModelFile file = EmbeddedModels.OpenNamed(source);
            return file.Length == bytes ? file.Hash() : null;
        }
        catch (SandglassException)
        {
            return null;
        }
    }

    private Engine WithDraft(ModelFile file, ModelOptions options, string name, CancellationToken cancellation)
    {
        using ModelFile draft = EmbeddedModels.OpenNamed(name);
        (Hyperparameters draftShape, _) = ModelSupport.Understand(draft);
        Drafters.RequireSameVocabulary(file, Shape, draft, draftShape);
        return new Engine(file, Shape, options, (draft, draftShape), cancellation);
    }

    private int[] Ids(string prompt, GenerationOptions? options)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        return Tokenizer.Encode(prompt, options.AddBos, options.ParseSpecial).Ids;
    }
}
