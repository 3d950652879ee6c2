using Microsoft.Extensions.AI;
using Sandglass.Generation;
using Embedding = Sandglass.Generation.Embedding;

namespace Sandglass.Extensions.AI;

/// <summary>A model as an embedding generator of Microsoft.Extensions.AI: the last hidden state, averaged over all tokens of a text (mean pooling), at length
/// 1. Safe to use from many threads.</summary>
/// <remarks>Models that were trained to write, and not to embed, give vectors that tell texts apart, and not as well as an embedding model's.</remarks>
public sealed class SandglassEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly LanguageModel _model;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly string _modelId;

    /// <summary>A generator over a model, which whoever loaded it disposes of.</summary>
    /// <param name="model">The model.</param>
    /// <param name="modelId">What the model is called; null for its own name.</param>
    public SandglassEmbeddingGenerator(LanguageModel model, string? modelId = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _modelId = modelId ?? model.Name;
        _metadata = new EmbeddingGeneratorMetadata("sandglass", defaultModelId: _modelId, defaultModelDimensions: model.Shape.Width);
    }

    /// <summary>Makes the embeddings of texts, all at once, in their order.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">What cannot be honoured is refused.</param>
    /// <param name="cancellationToken">Ends all with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="NotSupportedException">Another model or another number of dimensions is asked for.</exception>
    /// <exception cref="SandglassException">A text is longer than the context, or empty and the model adds no begin token.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        EmbeddingOptions? own = Own(options);
        using CancellationTokenSource all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<Embedding>> texts = [];
        try
        {
            foreach (string text in values) texts.Add(_model.EmbedAsync(text, own, all.Token));
            Embedding[] made = await Task.WhenAll(texts).ConfigureAwait(false);
            DateTimeOffset now = _model.Options.Time.GetUtcNow();
            long tokens = made.Sum(embedding => (long)embedding.Tokens);
            return new GeneratedEmbeddings<Embedding<float>>(
                made.Select(embedding => new Embedding<float>(embedding.Values) { ModelId = _modelId, CreatedAt = now }))
            {
                Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
            };
        }
        catch
        {
            await all.CancelAsync().ConfigureAwait(false);      // the others are of no use
            throw;
        }
    }

    /// <summary>The model, what is known of the generator, or the generator itself.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(LanguageModel) ? _model
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: the model belongs to whoever loaded it.</summary>
    public void Dispose()
    {
    }

    private EmbeddingOptions? Own(EmbeddingGenerationOptions? options)
    {
        if (options is null) return null;
        if (options.ModelId is string asked && asked != _modelId)
            throw new NotSupportedException($"{nameof(options.ModelId)}: this generator has {_modelId} and not {asked}. Leave it out, or load that model.");
        if (options.Dimensions is int dimensions && dimensions != _model.Shape.Width)
            throw new NotSupportedException(
                $"{nameof(options.Dimensions)}: this model's embeddings have {_model.Shape.Width} and not {dimensions}. Leave it out.");
        if (options.AdditionalProperties?.Keys.FirstOrDefault() is string name)
            throw new NotSupportedException(
                $"AdditionalProperties: there is no option {name}. All that the engine has can be set by an EmbeddingOptions from RawRepresentationFactory.");
        return options.RawRepresentationFactory?.Invoke(this) switch
        {
            null => null,
            EmbeddingOptions own => own,
            object other => throw new NotSupportedException(
                $"{nameof(options.RawRepresentationFactory)} gave {other.GetType().Name}: expected {typeof(EmbeddingOptions).FullName}, or null."),
        };
    }
}
