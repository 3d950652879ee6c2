using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>The words that an architecture's file is written in: parts, filled with a file's tensors by their GGUF names.</summary>
/// <remarks>
/// A bias is read wherever the file has one, and must be there where the architecture has biases. With a reader that reads no values this is the dry run that
/// says
/// whether a file would load.
/// </remarks>
internal sealed class ModelBuilder(WeightReader reader, Hyperparameters shape, Architecture architecture)
{
    private const int MaxWidth = 1 << 24;

    private readonly ArchitectureMetadata _entries = new(reader.Metadata);

    public Hyperparameters Shape => shape;

    /// <summary>A number of the architecture's own metadata; null where the file does not state it.</summary>
    public float? Float(string key, double least, double most) => _entries.Float(key, least, most);

    /// <summary>A number of the architecture's own metadata, which must be there.</summary>
    /// <exception cref="ModelFileException">It is not, or it is out of range.</exception>
    public float RequiredFloat(string key, double least, double most) =>
        Float(key, least, most) ?? _entries.Missing<float>(key, $"a number from {least} to {most}");

    /// <summary>A whole number of the architecture's own metadata; null where the file does not state it.</summary>
    public int? Int(string key, int least, int most) => _entries.Int(key, least, most);

    /// <summary>Whether the architecture's own metadata says yes; no where the file does not state it.</summary>
    public bool Flag(string key) => _entries.Bool(key) ?? false;

    /// <summary>A layer's norm over the width of the model.</summary>
    public Norm Norm(int layer, string name) => Norm(layer, name, shape.Width);

    /// <summary>A layer's norm over runs of values, such as the heads of queries and keys.</summary>
    public Norm Norm(int layer, string name, int count) => Norm($"blk.{layer}.{name}", count);

    /// <summary>A layer's attention.</summary>
    /// <param name="inputBiases">Whether queries, keys and values must have biases; otherwise they have where the file does.</param>
    public GroupedAttention Attention(int layer, bool inputBiases = false) => new()
    {
        Heads = shape.Heads,
        KvHeads = shape.KeyValueHeads,
        KeyDim = shape.KeyHeadDim,
        ValueDim = shape.ValueHeadDim,
        Scale = 1f / MathF.Sqrt(shape.KeyHeadDim),
        Query = Linear($"blk.{layer}.attn_q", shape.Heads * shape.KeyHeadDim, shape.Width, inputBiases),
        Key = Linear($"blk.{layer}.attn_k", shape.KeyValueHeads * shape.KeyHeadDim, shape.Width, inputBiases),
        Value = Linear($"blk.{layer}.attn_v", shape.KeyValueHeads * shape.ValueHeadDim, shape.Width, inputBiases),
        Output = Linear($"blk.{layer}.attn_output", shape.Width, shape.Heads * shape.ValueHeadDim),
    };

    /// <summary>A layer's latent attention, whose widths <see cref="Requirements"/> has compared.</summary>
    public LatentAttention LatentAttention(int layer)
    {
        int heads = shape.Heads, latent = shape.ValueHeadDim, rope = shape.RopeDimensions;
        int key = _entries.Required("attention.key_length_mla", 1, MaxWidth), value = _entries.Required("attention.value_length_mla", 1, MaxWidth);
        int? rank = _entries.Int("attention.q_lora_rank", 1, MaxWidth);
        string name = $"blk.{layer}.attn_";
        return new LatentAttention
        {
            Heads = heads,
            KvHeads = 1,
            KeyDim = rope + latent,
            ValueDim = latent,
            Scale = 1f / MathF.Sqrt(key),
            QueryDown = rank is null ? null : Linear(name + "q_a", rank.Value, shape.Width),
            QueryDownNorm = rank is null ? null : Norm(layer, "attn_q_a_norm", rank.Value),
            Query = Linear(name + (rank is null ? "q" : "q_b"), heads * key, rank ?? shape.Width),
            KeyValueDown = Linear(name + "kv_a_mqa", latent + rope, shape.Width),
            LatentNorm = Norm(layer, "attn_kv_a_norm", latent),
            IntoLatent = Stacked(name + "k_b", heads, latent, key - rope),
            OutOfLatent = Stacked(name + "v_b", heads, value, latent),
            Output = Linear(name + "output", shape.Width, heads * value),
        };
    }

    /// <summary>A layer's gated feed-forward part.</summary>
    public FeedForward FeedForward(int layer, Activation activation) => Gated(layer, activation, "", shape.FeedForwardWidth);

    /// <summary>What takes every token beside the experts: some experts side by side, as one gated part; null for none.</summary>
    public FeedForward? SharedExperts(int layer, Activation activation)
    {
        int count = _entries.Int("expert_shared_count", 0, MaxWidth / Math.Max(1, ExpertWidth)) ?? 0;
        return count == 0 ? null : Gated(layer, activation, "_shexp", count * ExpertWidth);
    }

    /// <summary>A layer's feed-forward part without gate.</summary>
    public FeedForward UngatedFeedForward(int layer) => new()
    {
        Activation = Activation.GeluTanh,
        Up = Linear($"blk.{layer}.ffn_up", shape.FeedForwardWidth, shape.Width),
        Down = Linear($"blk.{layer}.ffn_down", shape.Width, shape.FeedForwardWidth),
    };

    /// <summary>A layer's experts, each a gated part; the file stacks their matrices.</summary>
    /// <param name="normalized">Whether the weights of a token's experts have a sum of 1.</param>
    public Experts Experts(int layer, Activation activation, bool normalized)
    {
        if (shape.Experts == 0) _entries.NotPositive("expert_count", "a whole number above 0");
        int width = ExpertWidth;
        string name = $"blk.{layer}.ffn_";
        Linear[] gates = Stacked(name + "gate_exps", shape.Experts, width, shape.Width), ups = Stacked(name + "up_exps", shape.Experts, width, shape.Width);
        Linear[] downs = Stacked(name + "down_exps", shape.Experts, shape.Width, width);
        return new Experts
        {
            Router = Linear($"blk.{layer}.ffn_gate_inp", shape.Experts, shape.Width),
            All = [.. gates.Select((gate, i) => new FeedForward { Activation = activation, Gate = gate, Up = ups[i], Down = downs[i] })],
            Used = shape.ExpertsUsed,
            Normalized = normalized,
        };
    }

    /// <summary>The whole model: embedding, blocks, output norm and output.</summary>
    /// <param name="rope">Which elements of a head are rotated together.</param>
    /// <param name="block">A layer's block.</param>
    /// <param name="embeddingScale">Factor on the embeddings.</param>
    /// <param name="logitScale">Factor on the logits.</param>
    /// <param name="logitCap">No logit is larger than this; 0 for no bound.</param>
    public Model Build(RopePairs rope, Func<int, Block> block, float embeddingScale = 1, float logitScale = 1, float logitCap = 0)
    {
        WeightMatrix embedding = reader.Matrix("token_embd.weight", shape.VocabularySize, shape.Width);
        return new Model
        {
            Shape = shape,
            Embedding = embedding,
            EmbeddingScale = embeddingScale,
            Blocks = [.. Enumerable.Range(0, shape.Layers).Select(block)],
            RopeFrequencies = RopeFrequencies.From(shape, reader.OptionalValues("rope_freqs.weight", shape.RopeDimensions / 2)),
            RopePairs = rope,
            OutputNorm = Norm("output_norm", shape.Width),
            Output = reader.Has("output.weight")
                ? Linear("output", shape.VocabularySize, shape.Width)
                : new Linear(embedding, Bias("output", shape.VocabularySize)),
            LogitScale = logitScale,
            LogitCap = logitCap,
            Weights = reader.Weights,
        };
    }

    private int ExpertWidth => shape.ExpertWidth > 0 ? shape.ExpertWidth : shape.FeedForwardWidth;

    private FeedForward Gated(int layer, Activation activation, string kind, int width) => new()
    {
        Activation = activation,
        Gate = Linear($"blk.{layer}.ffn_gate{kind}", width, shape.Width),
        Up = Linear($"blk.{layer}.ffn_up{kind}", width, shape.Width),
        Down = Linear($"blk.{layer}.ffn_down{kind}", shape.Width, width),
    };

    private Linear[] Stacked(string name, int count, int rows, int columns) =>
        [.. reader.Matrices($"{name}.weight", count, rows, columns).Select(matrix => new Linear(matrix, bias: null))];

    private Norm Norm(string name, int count) => architecture.HasLayerNorms
        ? new(reader.Vector($"{name}.weight", count), shape.LayerNormEpsilon) { Centred = true, Bias = Bias(name, count) }
        : new(reader.Vector($"{name}.weight", count), shape.RmsEpsilon);

    private Linear Linear(string name, int rows, int columns, bool bias = false) =>
        new(reader.Matrix($"{name}.weight", rows, columns), Bias(name, rows, bias));

    private Vector? Bias(string name, int count, bool required = false) =>
        required || architecture.HasBiases ? reader.Vector($"{name}.bias", count) : reader.OptionalVector($"{name}.bias", count);
}
