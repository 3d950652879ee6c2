using System.Runtime.InteropServices;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Transformer;

namespace Sandglass.Tests.Transformer;

/// <summary>A small model of any architecture that runs, with random weights: equal on every machine for the same numbers.</summary>
/// <remarks>A new architecture adds its facts and tensors here, and its loops to <see cref="PlainDecoder"/>.</remarks>
internal sealed record RandomModel(string Architecture)
{
    private readonly ModelFileWriter _writer = new();
    private Random _random = new(0);

    public int Seed { get; init; } = 1;
    public int Layers { get; init; } = Architecture == "cohere2" ? 4 : 3;    // at least one of each kind
    public int Width { get; init; } = 96;
    public int Heads { get; init; } = 4;
    public int KvHeads { get; init; } = 2;
    public int KeyDim { get; init; } = 24;
    public int ValueDim { get; init; } = 24;
    public int FeedForward { get; init; } = 160;
    public int Vocabulary { get; init; } = 301;
    public bool Tied { get; init; }

    /// <summary>In each feed-forward part; 0 for dense ones.</summary>
    public int Experts { get; init; }

    public int ExpertsUsed { get; init; }

    /// <summary>Of experts that are not as wide as the file says of feed-forward parts.</summary>
    public int ExpertWidth { get; init; } = 64;

    /// <summary>Whether every product has a bias, also where the architecture asks for none.</summary>
    public bool Biases { get; init; }

    /// <summary>Of the layers that have one.</summary>
    public int Window { get; init; } = 20;

    /// <summary>Of scores; small, so that it bites.</summary>
    public float ScoreCap { get; init; } = 2;

    public float LogitCap { get; init; } = 5;

    /// <summary>Values of a head that are rotated, where the architecture leaves some as they are.</summary>
    public int RopeDimensions { get; init; } = 10;

    /// <summary>Of the matrices.</summary>
    public TensorType Type { get; init; } = TensorType.F32;

    private const string WithExperts = " with experts";

    /// <summary>Every architecture that runs; one that may have experts or not, both without and with them.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        .. Architectures.All.Select(one => one.Name),
        .. Architectures.All.Where(one => one.MayHaveExperts && !AlwaysHasExperts(one.Name)).Select(one => one.Name + WithExperts),
    ];

    public string Kind => Experts > 0 && !AlwaysHasExperts(Architecture) ? Architecture + WithExperts : Architecture;

    /// <summary>A model of a kind.</summary>
    public static RandomModel Of(string kind)
    {
        RandomModel model = new(kind.Replace(WithExperts, "", StringComparison.Ordinal));
        return kind == model.Architecture && !AlwaysHasExperts(kind) ? model : model with { Experts = 5, ExpertsUsed = 2 };
    }

    /// <summary>Numbers as odd as the architecture allows.</summary>
    public static RandomModel Odd(string kind, int seed)
    {
        Random random = new(seed);
        int kvHeads = random.Next(1, 4);
        RandomModel model = Of(kind);
        int experts = model.Experts == 0 ? 0 : 1 + seed % 9;    // also one alone, and all of them used
        return model with
        {
            Seed = seed,
            Experts = experts,
            ExpertsUsed = experts == 0 ? 0 : 1 + seed * 5 % experts,
            ExpertWidth = 20 + seed * 7 % 60,
            Layers = random.Next(1, 5),
            Width = random.Next(20, 90),
            KvHeads = kvHeads,
            Heads = kvHeads * random.Next(1, 4),
            KeyDim = 2 * random.Next(2, 20),
            ValueDim = random.Next(3, 40),
            FeedForward = random.Next(20, 130),
            Vocabulary = random.Next(40, 300),
            Tied = random.Next(2) == 0,
            Biases = random.Next(2) == 0,
            Window = random.Next(1, 50),
            ScoreCap = random.Next(3) == 0 ? 0 : random.Next(1, 6),
            LogitCap = random.Next(3) == 0 ? 0 : random.Next(1, 9),
            RopeDimensions = 2 * random.Next(1, 3),
        };
    }

    /// <summary>Writes the file into a folder and gives its path.</summary>
    public string Write(string folder)
    {
        string path = Path.Combine(folder, $"{Kind}-{Type}-{Seed}.gguf");
        File.WriteAllBytes(path, Bytes());
        return path;
    }

    private bool HasLayerNorms => Architecture is "phi2" or "cohere2";

    private byte[] Bytes()
    {
        _random = new Random(Seed);
        Facts();
        Matrix("token_embd.weight", Width, Vocabulary);
        Norm("output_norm.weight");
        if (!Tied) Matrix("output.weight", Width, Vocabulary);
        if (Biases || Architecture == "phi2") Vector("output.bias", Vocabulary, middle: 0);
        for (int layer = 0; layer < Layers; layer++) Layer($"blk.{layer}.");
        return _writer.ToArray();
    }

    private void Facts()
    {
        _writer.Add("general.architecture", Architecture);
        _writer.Add($"{Architecture}.block_count", (uint)Layers);
        _writer.Add($"{Architecture}.context_length", 512u);
        _writer.Add($"{Architecture}.embedding_length", (uint)Width);
        _writer.Add($"{Architecture}.feed_forward_length", (uint)FeedForward);
        _writer.Add($"{Architecture}.attention.head_count", (uint)Heads);
        _writer.Add($"{Architecture}.attention.head_count_kv", (uint)KvHeads);
        _writer.Add($"{Architecture}.attention.key_length", (uint)KeyDim);
        _writer.Add($"{Architecture}.attention.value_length", (uint)ValueDim);
        _writer.Add($"{Architecture}.attention.layer_norm_{(HasLayerNorms ? "" : "rms_")}epsilon", 1e-5f);
        if (Architecture == "phi2") _writer.Add("phi2.rope.dimension_count", (uint)RopeDimensions);
        if (Architecture == "gemma2")
        {
            _writer.Add("gemma2.attention.sliding_window", (uint)Window);
            _writer.Add("gemma2.attn_logit_softcapping", ScoreCap);
            _writer.Add("gemma2.final_logit_softcapping", LogitCap);
        }
        if (Experts > 0)
        {
            _writer.Add($"{Architecture}.expert_count", (uint)Experts);
            _writer.Add($"{Architecture}.expert_used_count", (uint)ExpertsUsed);
            if (AlwaysHasExperts(Architecture)) _writer.Add($"{Architecture}.expert_feed_forward_length", (uint)ExpertWidth);
        }
        if (Architecture == "cohere2")
        {
            _writer.Add("cohere2.attention.sliding_window", (uint)Window);
            _writer.Add("cohere2.logit_scale", 0.3f);
        }
        _writer.Add("tokenizer.ggml.model", "gpt2");
        _writer.Add("tokenizer.ggml.tokens", Enumerable.Range(0, Vocabulary).Select(id => $"t{id}").ToArray());
        _writer.Add("tokenizer.ggml.merges", Array.Empty<string>());
        _writer.Add("tokenizer.ggml.add_bos_token", false);
    }

    private void Layer(string layer)
    {
        if (Architecture != "olmo2") Norm(layer + "attn_norm.weight");
        Matrix(layer + "attn_q.weight", Width, Heads * KeyDim, loudness: 3);  // scores that tell positions apart
        Matrix(layer + "attn_k.weight", Width, KvHeads * KeyDim, loudness: 3);
        Matrix(layer + "attn_v.weight", Width, KvHeads * ValueDim);
        Matrix(layer + "attn_output.weight", Heads * ValueDim, Width);
        if (Architecture is "qwen3" or "qwen3moe" or "olmo2")
        {
            Vector(layer + "attn_q_norm.weight", Architecture == "olmo2" ? Heads * KeyDim : KeyDim, middle: 1);
            Vector(layer + "attn_k_norm.weight", Architecture == "olmo2" ? KvHeads * KeyDim : KeyDim, middle: 1);
        }
        if (Biases || Architecture is "qwen2" or "phi2")
        {
            Vector(layer + "attn_q.bias", Heads * KeyDim, middle: 0);
            Vector(layer + "attn_k.bias", KvHeads * KeyDim, middle: 0);
            Vector(layer + "attn_v.bias", KvHeads * ValueDim, middle: 0);
        }
        if (Biases || Architecture == "phi2")
        {
            Vector(layer + "attn_output.bias", Width, middle: 0);
        }
        if (Architecture is not ("olmo2" or "phi2" or "cohere2")) Norm(layer + "ffn_norm.weight");
        if (Experts > 0) MakeExperts(layer);
        else MakeFeedForward(layer);
        if (Architecture is "gemma2" or "olmo2")
        {
            Norm(layer + "post_attention_norm.weight");
            Norm(layer + "post_ffw_norm.weight");
        }
    }

    private void MakeFeedForward(string layer)
    {
        if (Biases || Architecture == "phi2")
        {
            if (Architecture != "phi2") Vector(layer + "ffn_gate.bias", FeedForward, middle: 0);
            Vector(layer + "ffn_up.bias", FeedForward, middle: 0);
            Vector(layer + "ffn_down.bias", Width, middle: 0);
        }
        if (Architecture != "phi2") Matrix(layer + "ffn_gate.weight", Width, FeedForward);
        Matrix(layer + "ffn_up.weight", Width, FeedForward);
        Matrix(layer + "ffn_down.weight", FeedForward, Width);
    }

    private void MakeExperts(string layer)
    {
        Matrix(layer + "ffn_gate_inp.weight", Width, Experts, loudness: 2);
        if (Biases) Vector(layer + "ffn_gate_inp.bias", Experts, middle: 0);
        int width = AlwaysHasExperts(Architecture) ? ExpertWidth : FeedForward;
        Matrix(layer + "ffn_gate_exps.weight", Width, width, count: Experts);
        Matrix(layer + "ffn_up_exps.weight", Width, width, count: Experts);
        Matrix(layer + "ffn_down_exps.weight", width, Width, count: Experts);
    }

    private static bool AlwaysHasExperts(string architecture) => architecture == "qwen3moe";

    private void Norm(string name)
    {
        Vector(name, Width, middle: 1);
        if (Architecture == "phi2") Vector(name.Replace("weight", "bias"), Width, middle: 0);
    }

    private void Vector(string name, int count, float middle) =>
        _writer.Add(name, TensorType.F32, [count], MemoryMarshal.AsBytes<float>(Values(count, middle, 0.5f)).ToArray());

    /// <param name="count">Of matrices that are stacked; 0 for one that stands alone.</param>
    private void Matrix(string name, int columns, int rows, float loudness = 1, int count = 0)
    {
        float[] values = Values(columns * rows * Math.Max(1, count), 0, loudness * MathF.Sqrt(3f / columns));
        byte[] bytes = new byte[TensorGeometry.ByteCount(Type, values.Length)];
        Quantizer.Quantize(Type, values, bytes);
        _writer.Add(name, Type, count == 0 ? [columns, rows] : [columns, rows, count], bytes);
    }

    private float[] Values(int count, float middle, float most) =>
        [.. Enumerable.Range(0, count).Select(_ => middle + (2 * _random.NextSingle() - 1) * most)];
}
