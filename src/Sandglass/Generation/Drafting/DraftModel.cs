using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>A second, smaller model of the same vocabulary that drafts for the first; run by the engine's thread, between its steps.</summary>
internal sealed unsafe class DraftModel : IDisposable
{
    private readonly Decoder _model;
    private readonly TokenBuffer _logits;   // [1, vocabulary]
    private readonly Batch _batch = new();

    /// <exception cref="ModelFileException">The file lacks something or holds what the engine cannot run.</exception>
    public DraftModel(ModelFile file, Hyperparameters shape, ModelOptions options, WorkerPool pool)
    {
        Context = shape.ContextLength;
        _model = Decoder.Load(file, shape, options.Compute, pool);
        _logits = new TokenBuffer(1, shape.VocabularySize);
        Shape = _model.CacheShape(options.CacheType);
        Pages = new PagePool(Shape, 0);
    }

    /// <summary>Of its pages.</summary>
    public CacheShape Shape { get; }

    /// <summary>The caches' pages, apart from those of the model that it drafts for; none before <see cref="OpenPages"/>.</summary>
    public PagePool Pages { get; private set; }

    /// <summary>Gives it memory for pages: its part of the budget of both models.</summary>
    public void OpenPages(long budget) => Pages = new PagePool(Shape, budget);

    /// <summary>Positions that it was trained for: beyond them it drafts nothing.</summary>
    public int Context { get; }

    /// <summary>Tokens of the vocabulary.</summary>
    public int Vocabulary => _logits.Columns;

    /// <summary>Reads the tokens after a cache, and returns the logits after the last one, [vocabulary]; they are valid until the next call.</summary>
    public ReadOnlySpan<float> Read(SequenceCache cache, ReadOnlyMemory<int> tokens, Counters work)
    {
        Forward(cache, tokens, work);
        _model.Logits([tokens.Length - 1], _logits.Values);
        return new ReadOnlySpan<float>(_logits.Values, _logits.Columns);
    }

    /// <summary>Reads the tokens after a cache, without logits.</summary>
    public void Forward(SequenceCache cache, ReadOnlyMemory<int> tokens, Counters work)
    {
        _batch.Clear();
        _batch.Add(cache, tokens, work);
        _model.Forward(_batch);
    }

    public void Dispose()
    {
        Pages.Dispose();
        _logits.Dispose();
        _model.Dispose();
    }
}
