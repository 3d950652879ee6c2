using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>What changes while a batch goes through a model: its activations, and the steps that fill them.</summary>
internal sealed class RunState : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<(TokenBuffer Gate, TokenBuffer Up)> _gateAndUp = [];    // one pair for each width of the feed-forward parts

    /// <param name="compute">How quantised weights are multiplied; float types are multiplied in F32 in every mode.</param>
    /// <param name="window">Positions that a token sees; 0 for all, as the model has it.</param>
    /// <param name="sinkTokens">First positions that are seen beside the window.</param>
    public RunState(Model model, ComputeMode compute, int maxTokens, WorkerPool pool, int window, int sinkTokens)
    {
        (Window, SinkTokens) = (window, window == 0 ? 0 : sinkTokens);
        Hyperparameters shape = model.Shape;
        int queries = shape.Heads * shape.KeyHeadDim;

        X = Buffer(shape.Width);
        Normed = Buffer(shape.Width, [model.Output, .. model.Blocks.SelectMany(Inputs)]);
        Part = Buffer(shape.Width);
        Queries = Buffer(queries);
        Keys = Buffer(shape.KeyValueHeads * shape.KeyHeadDim);
        Values = Buffer(shape.KeyValueHeads * shape.ValueHeadDim);
        AttentionPart[] attention = [.. model.Blocks.Select(block => block.Attention)];
        LatentAttention[] latent = [.. attention.OfType<LatentAttention>()];
        Attended = Buffer(shape.Heads * shape.ValueHeadDim, attention.OfType<GroupedAttention>().Select(part => part.Output));
        if (latent.Length > 0) LatentHeads = Own(new LatentHeads(maxTokens, latent[0], products => Mode(latent.SelectMany(products))));
        foreach (IGrouping<int, FeedForward> alike in model.Blocks.SelectMany(block => block.FeedForward.Parts).GroupBy(part => part.Up.Weights.Rows))
            _gateAndUp.Add((Buffer(alike.Key, alike.Select(part => part.Down)), Buffer(alike.Key)));
        Experts[] experts = [.. model.Blocks.Select(block => block.FeedForward).OfType<Experts>()];
        if (experts.Length > 0)
            Routing = Own(new ExpertRouting(maxTokens, shape.Width, shape.Experts, shape.ExpertsUsed, Mode(experts.SelectMany(part => part.Inputs))));
        Positions = Own(new RotaryPositions(model.RopeFrequencies, maxTokens, shape.KeyHeadDim, model.RopePairs));
        RotaryPositions? sinkPosition = null;
        if (SinkTokens > 0)
        {
            SinkQueries = Buffer(queries);
            sinkPosition = Own(new RotaryPositions(model.RopeFrequencies, 1, shape.KeyHeadDim, model.RopePairs));
            sinkPosition.Set(SinkTokens + Window - 1);  // a query's place in a full cache, whatever its true one: the model may not know larger distances
        }

        Norm = new NormStep(pool);
        AddNorm = new AddNormStep(pool);
        Copy = new CopyStep(pool);
        RotateAndStore = new RotateAndStoreStep(pool, SinkQueries is null ? null : (SinkQueries, sinkPosition!));
        QuantizePages = new QuantizePagesStep(pool);
        SplitHeads = new SplitHeadsStep(pool);
        JoinLatent = new JoinLatentStep(pool);
        JoinHeads = new JoinHeadsStep(pool);
        Activation = new ActivationStep(pool);
        ChooseExperts = new ChooseExpertsStep(pool);
        AddWeighted = new AddWeightedStep(pool);
        Quantize = new QuantizeStep(pool);
        AdjustLogits = new LogitsStep(pool);
        Attention = Own(new Attention(pool));
        MatMul = Own(new MatMul(pool));
        GatedProduct = new GatedProduct(pool);

        TokenBuffer Buffer(int columns, IEnumerable<Linear>? products = null) => Own(new TokenBuffer(maxTokens, columns, Mode(products ?? [])));

        ComputeMode Mode(IEnumerable<Linear> products) => products.Any(product => product.Weights.Panels.Quantized) ? compute : ComputeMode.Exact;

        static IEnumerable<Linear> Inputs(Block block) => [.. block.Attention.Inputs, .. block.FeedForward.Inputs];
    }

    /// <summary>[token, width]: the residual stream. Every block adds to it twice and never overwrites it.</summary>
    public TokenBuffer X { get; }

    /// <summary>[token, width], and in blocks for products in integers.</summary>
    public TokenBuffer Normed { get; }

    /// <summary>[token, width]: what attention or a feed-forward part gives, where a norm comes before it is added.</summary>
    public TokenBuffer Part { get; }

    /// <summary>[token, head, keyDim]</summary>
    public TokenBuffer Queries { get; }

    /// <summary>[token, kvHead, keyDim], on their way to the caches.</summary>
    public TokenBuffer Keys { get; }

    /// <summary>[token, kvHead, valueDim], on their way to the caches.</summary>
    public TokenBuffer Values { get; }

    /// <summary>[token, head, valueDim], and in blocks.</summary>
    public TokenBuffer Attended { get; }

    /// <summary>What latent attention computes by heads; null for a model without it.</summary>
    public LatentHeads? LatentHeads { get; }

    /// <summary>Which experts the tokens take; null for a model without experts.</summary>
    public ExpertRouting? Routing { get; }

    /// <summary>[token, keyDim / 2], twice: cosines and sines.</summary>
    public RotaryPositions Positions { get; }

    /// <summary>Positions that a token sees in layers that have no window of their own; 0 for all.</summary>
    public int Window { get; }

    /// <summary>First positions that are seen beside the window.</summary>
    public int SinkTokens { get; }

    /// <summary>[token, head, keyDim]: queries for the sinks; null where there are none.</summary>
    public TokenBuffer? SinkQueries { get; }

    /// <summary>What goes through: the last batch, until the next one begins.</summary>
    public Batch Batch { get; private set; } = null!;

    public NormStep Norm { get; }
    public AddNormStep AddNorm { get; }
    public CopyStep Copy { get; }
    public RotateAndStoreStep RotateAndStore { get; }
    public QuantizePagesStep QuantizePages { get; }
    public SplitHeadsStep SplitHeads { get; }
    public JoinLatentStep JoinLatent { get; }
    public JoinHeadsStep JoinHeads { get; }
    public ActivationStep Activation { get; }
    public ChooseExpertsStep ChooseExperts { get; }
    public AddWeightedStep AddWeighted { get; }
    public QuantizeStep Quantize { get; }
    public LogitsStep AdjustLogits { get; }
    public Attention Attention { get; }
    public MatMul MatMul { get; }
    public GatedProduct GatedProduct { get; }

    /// <summary>One a segment; filled anew by each layer.</summary>
    public List<AttentionTask> AttentionTasks { get; } = [];

    /// <summary>Both [token, ffnWidth], for feed-forward parts of this width; the gate also in blocks once the activation has been applied.</summary>
    /// <remarks>In a part without gate the first is what is activated.</remarks>
    public (TokenBuffer Gate, TokenBuffer Up) GateAndUp(int ffnWidth)
    {
        int i = 0;
        while (_gateAndUp[i].Gate.Columns != ffnWidth) i++;
        return _gateAndUp[i];
    }

    /// <summary>Takes up a batch, and computes its positions' cosines and sines for all layers.</summary>
    public void Begin(Batch batch)
    {
        Batch = batch;
        Positions.Set(batch);
    }

    public void Dispose() => _owned.ForEach(part => part.Dispose());

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }
}
