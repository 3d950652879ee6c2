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

    /// <summary>Experts that take every token, where the architecture has such.</summary>
    public int SharedExperts { get; init; } = 2;

    /// <summary>Whether the weights of a token's experts have the sum 1, where a file may say so.</summary>
    public bool ExpertsNormalized { get; init; }

    /// <summary>First layers without experts, where the architecture has such.</summary>
    public int DenseLayers { get; init; } = 1;

    /// <summary>Width of the vector that latent attention makes keys and values of.</summary>
    public int Latent { get; init; } = 64;

    /// <summary>Width of the vector that it makes queries of; 0 for none.</summary>
    public int QueryRank { get; init; } = 32;

    /// <summary>Values of a head that it does not rotate.</summary>
    public int PlainDim { get; init; } = 32;

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
            SharedExperts = random.Next(0, 4),
            ExpertsNormalized = random.Next(2) == 0,
            DenseLayers = random.Next(0, 2),
            Latent = random.Next(1, 70),
            QueryRank = random.Next(3) == 0 ? 0 : random.Next(1, 70),
            PlainDim = random.Next(1, 40),
        };
    }

    /// <summary>Writes the file into a folder and gives its path.</summary>
    public string Write(string folder)
    {
        string path = Path.Combine(folder, $"{Kind}-{Type}-{Seed}.gguf");
        File.WriteAllBytes(path, Bytes());
        return path;
    }

    private bool IsLatent => Architecture == "deepseek2";

    private bool HasLayerNorms => Architecture is "phi2" or "cohere2";

    private byte[] Bytes()
    {
        _random = new Random(Seed);
        Facts();
        Matrix("token_embd.weight", Width, Vocabulary);
        Norm("output_norm.weight");
        if (!Tied) Matrix("output.weight", Width, Vocabulary);
        if (Biases || Architecture == "phi2") Vector("output.bias", Vocabulary, middle: 0);
        for (int layer = 0; layer < Layers; layer++) Layer(layer);
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
        _writer.Add($"{Architecture}.attention.head_count_kv", (uint)(IsLatent ? 1 : KvHeads));
        _writer.Add($"{Architecture}.attention.key_length", (uint)(IsLatent ? Latent + RopeDimensions : KeyDim));
        _writer.Add($"{Architecture}.attention.value_length", (uint)(IsLatent ? Latent : ValueDim));
        _writer.Add($"{Architecture}.attention.layer_norm_{(HasLayerNorms ? "" : "rms_")}epsilon", 1e-5f);
        if (Architecture is "phi2" or "deepseek2") _writer.Add($"{Architecture}.rope.dimension_count", (uint)RopeDimensions);
        if (IsLatent)
        {
            _writer.Add("deepseek2.attention.kv_lora_rank", (uint)Latent);
            if (QueryRank > 0) _writer.Add("deepseek2.attention.q_lora_rank", (uint)QueryRank);
            _writer.Add("deepseek2.attention.key_length_mla", (uint)(PlainDim + RopeDimensions));
            _writer.Add("deepseek2.attention.value_length_mla", (uint)ValueDim);
            _writer.Add("deepseek2.leading_dense_block_count", (uint)DenseLayers);
            _writer.Add("deepseek2.expert_shared_count", (uint)SharedExperts);
            _writer.Add("deepseek2.expert_weights_scale", 1.5f);
            _writer.Add("deepseek2.expert_weights_norm", ExpertsNormalized);
        }
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

    private void Layer(int index)
    {
        string layer = $"blk.{index}.";
        if (Architecture != "olmo2") Norm(layer + "attn_norm.weight");
        if (IsLatent) MakeLatent(layer);
        else MakeQueriesKeysAndValues(layer);
        Matrix(layer + "attn_output.weight", Heads * ValueDim, Width);
        if (Architecture is "qwen3" or "qwen3moe" or "olmo2")
        {
            Vector(layer + "attn_q_norm.weight", Architecture == "olmo2" ? Heads * KeyDim : KeyDim, middle: 1);
            Vector(layer + "attn_k_norm.weight", Architecture == "olmo2" ? KvHeads * KeyDim : KeyDim, middle: 1);
        }
        if ((Biases && !IsLatent) || Architecture is "qwen2" or "phi2")
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
        if (Experts > 0 && !(IsLatent && index < DenseLayers)) MakeExperts(layer);
        else MakeFeedForward(layer);
        if (Architecture is "gemma2" or "olmo2")
        {
            Norm(layer + "post_attention_norm.weight");
            Norm(layer + "post_ffw_norm.weight");
        }
    }

    private void MakeQueriesKeysAndValues(string layer)
    {
        Matrix(layer + "attn_q.weight", Width, Heads * KeyDim, loudness: 3);  // scores that tell positions apart
        Matrix(layer + "attn_k.weight", Width, KvHeads * KeyDim, loudness: 3);
        Matrix(layer + "attn_v.weight", Width, KvHeads * ValueDim);
    }

    private void MakeLatent(string layer)
    {
        int keyDim = PlainDim + RopeDimensions;
        if (QueryRank > 0)
        {
            Matrix(layer + "attn_q_a.weight", Width, QueryRank);
            Vector(layer + "attn_q_a_norm.weight", QueryRank, middle: 1);
        }
        Matrix(layer + (QueryRank > 0 ? "attn_q_b.weight" : "attn_q.weight"), QueryRank > 0 ? QueryRank : Width, Heads * keyDim, loudness: 3);
        Matrix(layer + "attn_kv_a_mqa.weight", Width, Latent + RopeDimensions, loudness: 3);
        Vector(layer + "attn_kv_a_norm.weight", Latent, middle: 1);
        Matrix(layer + "attn_k_b.weight", PlainDim, Latent, count: Heads);
        Matrix(layer + "attn_v_b.weight", Latent, ValueDim, count: Heads);
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
        if (!IsLatent || SharedExperts == 0) return;
        Matrix(layer + "ffn_gate_shexp.weight", Width, SharedExperts * width);
        Matrix(layer + "ffn_up_shexp.weight", Width, SharedExperts * width);
        Matrix(layer + "ffn_down_shexp.weight", SharedExperts * width, Width);
    }

    private static bool AlwaysHasExperts(string architecture) => architecture is "qwen3moe" or "deepseek2";

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
