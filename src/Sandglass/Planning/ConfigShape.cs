using Sandglass.ModelFiles;

namespace Sandglass.Planning;

/// <summary>The sizes that a Hugging Face <c>config.json</c> gives, with the names and defaults of the transformers library.</summary>
internal static class ConfigShape
{
    private const int MostLayers = 4096, MostHeads = 1 << 16, MostContext = 1 << 30;
    private const double MostParameters = 1e17;

    public static ModelShape Read(string json, string name)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(name);
        using ConfigFields fields = new(json, name);
        ModelShape shape = Read(fields, name);
        double values = shape.Weights.Sum(static weight => (double)weight.Rows * weight.Columns * weight.Copies);
        if (values > MostParameters) throw fields.Wrong("all sizes together", $"at most {MostParameters:G} parameters", $"{values:G3}");
        return shape;
    }

    private static ModelShape Read(ConfigFields fields, string name)
    {
        string type = fields.Text("model_type") ?? throw fields.Wrong("model_type", "the name of a family, such as llama", "none");
        if (type == "gpt2") return Gpt2(fields, name);
        ConfigFamily? known = ConfigFamily.Of(type);
        ConfigFamily family = known ?? ConfigFamily.Plain;

        int width = fields.Required("hidden_size"), layers = fields.Required("num_hidden_layers");
        if (layers > MostLayers) throw fields.Wrong("num_hidden_layers", $"at most {MostLayers}", $"{layers}");
        AttentionShape attention = Attention(fields, family, width);
        bool[] windows = LayerWindows.Of(fields, family, layers), experts = ExpertLayers(fields, layers);
        int window = windows.Contains(true) ? LayerWindows.Width(fields) ?? fields.Required("sliding_window", "attention_chunk_size") : 0;
        Dictionary<(bool, bool), LayerShape> kinds = [];        // the fields are read once for each kind of layer, not for each layer
        foreach ((bool hasWindow, bool hasExperts) in windows.Zip(experts).Distinct())
        {
            AttentionShape own = hasWindow ? attention with { Window = window } : attention;
            kinds[(hasWindow, hasExperts)] = family.Layer(fields, width, own, FeedForward(fields, hasExperts));
        }
        return new ModelShape
        {
            Name = name,
            Architecture = type,
            Width = width,
            Vocabulary = fields.Int("vocab_size", 1) ?? family.Vocabulary ?? fields.Required("vocab_size"),
            Context = fields.Int("max_position_embeddings", 1, MostContext) ?? family.Context ?? fields.Required("max_position_embeddings"),
            IsTied = fields.Flag("tie_word_embeddings", family.IsTied),
            Layers = [.. windows.Zip(experts, (hasWindow, hasExperts) => kinds[(hasWindow, hasExperts)])],
            VectorValues = width * (family.HasLayerNorms ? 2 : 1),
            Doubt = known is null ? Doubt(fields, type) : null,
        };
    }

    private static string Doubt(ConfigFields fields, string type)
    {
        string output = fields.Has("tie_word_embeddings") ? "" : ", whose output matrix is not the embedding, since tie_word_embeddings is absent";
        return $"model_type {Fail.Short(type)} is not known here: read as a model built like Llama{output}";
    }

    private static AttentionShape Attention(ConfigFields fields, ConfigFamily family, int width)
    {
        int heads = fields.Int("num_attention_heads", 1, MostHeads) ?? family.Heads ?? fields.Required("num_attention_heads");
        if (fields.Int("kv_lora_rank", 1) is int latent)
        {
            int rope = fields.Required("qk_rope_head_dim");
            return new AttentionShape
            {
                Heads = heads,
                KeyValueHeads = heads,
                KeyDim = fields.Required("qk_nope_head_dim") + rope,
                ValueDim = fields.Required("v_head_dim"),
                LatentDim = latent,
                RopeDim = rope,
                QueryRank = fields.Int("q_lora_rank", 1) ?? 0,
            };
        }

        int keyValueHeads = fields.Int("num_key_value_heads", 1, MostHeads) ?? family.KeyValueHeads ?? heads;
        if (heads % keyValueHeads != 0) throw fields.Wrong("num_key_value_heads", $"a divisor of the {heads} query heads", $"{keyValueHeads}");
        int dim = fields.Int("head_dim", 1) ?? family.HeadDim ?? width / heads;
        if (dim == 0) throw fields.Wrong("num_attention_heads", $"at most {width}, the width", $"{heads}");
        return new AttentionShape { Heads = heads, KeyValueHeads = keyValueHeads, KeyDim = dim, ValueDim = dim };
    }

    private static FeedForwardShape FeedForward(ConfigFields fields, bool hasExperts)
    {
        bool isGated = fields.Text("model_type") is not "phi";
        int experts = fields.Int("num_local_experts", 1, MostHeads) ?? fields.Int("num_experts", 1, MostHeads)
            ?? fields.Int("n_routed_experts", 1, MostHeads) ?? 0;
        if (experts == 0 || !hasExperts)
            return new FeedForwardShape { Width = fields.Int("intermediate_size_mlp", 1) ?? fields.Required("intermediate_size"), IsGated = isGated };
        int width = fields.Int("moe_intermediate_size", 1) ?? fields.Required("intermediate_size");
        // Llama 4 has one expert for all tokens in each such layer, and no field for it
        int shared = fields.Int("n_shared_experts", 0, MostHeads) ?? (fields.Text("model_type") == "llama4_text" ? 1 : 0);
        int used = fields.Int("num_experts_per_tok", 1, experts) ?? fields.Required("num_experts_per_tok");
        return new FeedForwardShape
        {
            Width = width,
            IsGated = isGated,
            Experts = experts,
            ExpertsUsed = used,
            SharedWidth = (int)Math.Min(int.MaxValue, (long)shared * width),
        };
    }

    /// <summary>Which layers have experts, where the model has any.</summary>
    private static bool[] ExpertLayers(ConfigFields fields, int layers)
    {
        HashSet<int> dense = fields.Layers("mlp_only_layers") ?? [];
        int first = fields.Int("first_k_dense_replace") ?? 0;
        int step = fields.Int("interleave_moe_layer_step", 1) ?? fields.Int("decoder_sparse_step", 1) ?? 1;
        return [.. Enumerable.Range(0, layers).Select(layer => layer >= first && !dense.Contains(layer) && (layer + 1) % step == 0)];
    }

    private static ModelShape Gpt2(ConfigFields fields, string name)
    {
        int width = fields.Required("n_embd"), heads = fields.Required("n_head"), inner = fields.Int("n_inner", 1) ?? 4 * width;
        int layers = fields.Required("n_layer"), positions = fields.Required("n_positions");
        if (layers > MostLayers) throw fields.Wrong("n_layer", $"at most {MostLayers}", $"{layers}");
        if (width % heads != 0) throw fields.Wrong("n_head", $"a divisor of the width {width}", $"{heads}");
        AttentionShape attention = new() { Heads = heads, KeyValueHeads = heads, KeyDim = width / heads, ValueDim = width / heads };
        FeedForwardShape feedForward = new() { Width = inner, IsGated = false };
        // two norms with biases; biases of queries, keys, values, output, up and down
        LayerShape layer = new(attention, feedForward) { VectorValues = 4L * width + 4L * width + inner + width };
        return new ModelShape
        {
            Name = name,
            Architecture = "gpt2",
            Width = width,
            Vocabulary = fields.Required("vocab_size"),
            Context = positions,
            LearnedPositions = positions,
            IsTied = fields.Flag("tie_word_embeddings", otherwise: true),
            Layers = [.. Enumerable.Repeat(layer, layers)],
            VectorValues = 2L * width,
        };
    }
}
