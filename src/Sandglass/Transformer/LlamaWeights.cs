using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>All weights of a llama: what the file holds, in panels.</summary>
internal sealed class LlamaWeights : IDisposable
{
    /// <summary>[vocabulary, width]; its rows are the tokens' embeddings.</summary>
    public required WeightMatrix Embedding { get; init; }

    public required LlamaBlock[] Blocks { get; init; }

    public required Vector OutputNorm { get; init; }

    /// <summary>[vocabulary, width]; the embedding itself where the file ties the two.</summary>
    public required WeightMatrix Output { get; init; }

    /// <summary>What the matrices lie in; null where only their shapes were read.</summary>
    public required PagedMemory? Memory { get; init; }

    /// <summary>Llama 3's divisors of the rotary frequencies, or null.</summary>
    public required float[]? RopeFactors { get; init; }

    /// <summary>Bytes that one token's way through the model reads: all matrices and vectors, of the embedding one row where the output does not share it.</summary>
    public long BytesPerToken
    {
        get
        {
            long bytes = 4L * OutputNorm.Count + Output.Bytes + (ReferenceEquals(Output, Embedding) ? 0 : Embedding.Bytes / Embedding.Rows);
            foreach (object? part in Blocks.SelectMany(block => block.Parts))
                bytes += part switch { WeightMatrix matrix => matrix.Bytes, Vector vector => 4L * vector.Count, _ => 0 };
            return bytes;
        }
    }

    /// <summary>Whether most of the blocks' bytes are of quantised types.</summary>
    public bool Quantized => 2 * Matrices.Where(matrix => matrix.Panels.Quantized).Sum(matrix => matrix.Bytes) > Matrices.Sum(matrix => matrix.Bytes);

    private IEnumerable<WeightMatrix> Matrices => Blocks.SelectMany(block => block.Parts).OfType<WeightMatrix>();

    /// <summary>Reads the tensors by their names in GGUF files.</summary>
    public static LlamaWeights Read(WeightReader reader, Hyperparameters shape)
    {
        try
        {
            return ReadAll(reader, shape);
        }
        catch
        {
            reader.Abandon();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (Vector vector in Blocks.SelectMany(block => block.Parts).OfType<Vector>())
            vector.Dispose();
        OutputNorm.Dispose();
        Memory?.Dispose();
    }

    private static LlamaWeights ReadAll(WeightReader reader, Hyperparameters shape)
    {
        int width = shape.Width, ffn = shape.FeedForwardWidth;
        int queries = shape.Heads * shape.KeyHeadDim, keys = shape.KeyValueHeads * shape.KeyHeadDim;
        int values = shape.KeyValueHeads * shape.ValueHeadDim, attended = shape.Heads * shape.ValueHeadDim;

        WeightMatrix embedding = reader.Matrix("token_embd.weight", shape.VocabularySize, width);
        LlamaBlock[] blocks = new LlamaBlock[shape.Layers];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = new LlamaBlock
            {
                AttentionNorm = reader.Vector($"blk.{i}.attn_norm.weight", width),
                Query = reader.Matrix($"blk.{i}.attn_q.weight", queries, width),
                Key = reader.Matrix($"blk.{i}.attn_k.weight", keys, width),
                Value = reader.Matrix($"blk.{i}.attn_v.weight", values, width),
                AttentionOutput = reader.Matrix($"blk.{i}.attn_output.weight", width, attended),
                QueryBias = reader.OptionalVector($"blk.{i}.attn_q.bias", queries),
                KeyBias = reader.OptionalVector($"blk.{i}.attn_k.bias", keys),
                ValueBias = reader.OptionalVector($"blk.{i}.attn_v.bias", values),
                AttentionOutputBias = reader.OptionalVector($"blk.{i}.attn_output.bias", width),
                FeedForwardNorm = reader.Vector($"blk.{i}.ffn_norm.weight", width),
                Gate = reader.Matrix($"blk.{i}.ffn_gate.weight", ffn, width),
                Up = reader.Matrix($"blk.{i}.ffn_up.weight", ffn, width),
                Down = reader.Matrix($"blk.{i}.ffn_down.weight", width, ffn),
                GateBias = reader.OptionalVector($"blk.{i}.ffn_gate.bias", ffn),
                UpBias = reader.OptionalVector($"blk.{i}.ffn_up.bias", ffn),
                DownBias = reader.OptionalVector($"blk.{i}.ffn_down.bias", width),
            };
        }

        using Vector? factors = reader.OptionalVector("rope_freqs.weight", shape.RopeDimensions / 2);
        return new LlamaWeights
        {
            Embedding = embedding,
            Blocks = blocks,
            OutputNorm = reader.Vector("output_norm.weight", width),
            Output = reader.Has("output.weight") ? reader.Matrix("output.weight", shape.VocabularySize, width) : embedding,
            RopeFactors = factors?.Span.ToArray(),
            Memory = reader.Memory,
        };
    }
}
