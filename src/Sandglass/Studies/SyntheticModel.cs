using System.Buffers.Binary;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Studies;

/// <summary>Sizes of a synthetic llama model.</summary>
internal sealed record SyntheticShape(
    string Name, int Layers, int Width, int Heads, int KeyValueHeads, int FeedForward, int Vocabulary, int Context, float RopeBase, bool Tied)
{
    public static IReadOnlyList<SyntheticShape> All { get; } =
    [
        new(Name: "smollm2-135m", 30, 576, 9, 3, 1536, 49152, 8192, 100000, Tied: true),
        new(Name: "llama-3.2-1b", 16, 2048, 32, 8, 8192, 128256, 131072, 500000, Tied: true),
        new(Name: "llama-3-8b", 32, 4096, 32, 8, 14336, 128256, 8192, 500000, Tied: false),
    ];
}

/// <summary>Writes a model of a known shape with random weights: as fast or slow as the real one, without a download. Its text is noise.</summary>
public static class SyntheticModel
{
    private const int PieceBytes = 1 << 20;
    private const string Mixture = "q4_k_m";

    /// <summary>Names of the known shapes.</summary>
    public static IReadOnlyList<string> ShapeNames { get; } = [.. SyntheticShape.All.Select(shape => shape.Name)];

    /// <summary>Names of the types that weights can have: those of the kernels, and llama.cpp's mixture of Q4_K and Q6_K.</summary>
    public static IReadOnlyList<string> TypeNames { get; } = [.. ComputedTypes.All.Select(type => type.ToString().ToLowerInvariant()), Mixture];

    /// <summary>Writes the file tensor by tensor; the same name gives the same bytes.</summary>
    /// <param name="path">Where to; a file there is replaced once the new one is whole.</param>
    /// <param name="name">SHAPE:TYPE, for instance <c>llama-3.2-1b:q4_0</c>, case-insensitive. A row that the type's blocks do not divide gets the type that
    /// llama.cpp would take.</param>
    /// <param name="progress">Reports each tensor once it is written.</param>
    /// <param name="cancellation">Ends the work and leaves no file.</param>
    /// <exception cref="ModelFileException">There is no such shape or type, or the file cannot be written.</exception>
    public static void Write(string path, string name, IProgress<QuantizeProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split(':');
        SyntheticShape? shape = SyntheticShape.All.FirstOrDefault(known => known.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        if (shape is null) Fail.Throw("synthetic-name", name, "shape", Listed(ShapeNames), parts[0]);
        Write(path, shape, parts.Length == 2 ? parts[1] : "", progress, cancellation);
    }

    internal static void Write(
        string path, SyntheticShape shape, string type, IProgress<QuantizeProgress>? progress = null, CancellationToken cancellation = default) =>
        WholeFile.Write(path, Writer(shape, type, progress, cancellation).WriteTo);

    /// <summary>The file in memory.</summary>
    internal static ModelFile InMemory(SyntheticShape shape, string type, CancellationToken cancellation)
    {
        MemoryStream stream = new();
        Writer(shape, type, progress: null, cancellation).WriteTo(stream);
        stream.Position = 0;
        return ModelFile.Open(stream, shape.Name);
    }

    private static ModelFileWriter Writer(SyntheticShape shape, string type, IProgress<QuantizeProgress>? progress, CancellationToken cancellation)
    {
        string? known = TypeNames.FirstOrDefault(one => one.Equals(type, StringComparison.OrdinalIgnoreCase));
        if (known is null)
            Fail.Throw("synthetic-name", type.Length == 0 ? shape.Name : $"{shape.Name}:{type}", "type", Listed(TypeNames), type.Length == 0 ? "none" : type);
        ModelFileWriter writer = new();
        Facts(writer, shape, known);

        RandomBlocks random = new();
        List<(string Name, TensorType Type, long[] Shape)> tensors = [.. Tensors(shape, known)];
        int done = 0;
        foreach ((string tensor, TensorType stored, long[] dimensions) in tensors)
        {
            long values = dimensions.Aggregate(1L, (product, dimension) => product * dimension);
            writer.Add(tensor, stored, dimensions, destination =>
            {
                if (dimensions.Length == 1) Ones(destination, (int)values);
                else random.Write(destination, stored, values, cancellation);
                progress?.Report(new QuantizeProgress(++done, tensors.Count, tensor));
            });
        }
        return writer;
    }

    private static void Facts(ModelFileWriter writer, SyntheticShape shape, string type)
    {
        writer.Add("general.architecture", "llama");
        writer.Add("general.name", $"{shape.Name}:{type}");
        writer.Add("llama.block_count", (uint)shape.Layers);
        writer.Add("llama.context_length", (uint)shape.Context);
        writer.Add("llama.embedding_length", (uint)shape.Width);
        writer.Add("llama.feed_forward_length", (uint)shape.FeedForward);
        writer.Add("llama.attention.head_count", (uint)shape.Heads);
        writer.Add("llama.attention.head_count_kv", (uint)shape.KeyValueHeads);
        writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add("llama.rope.freq_base", shape.RopeBase);
        writer.Add("llama.rope.dimension_count", (uint)(shape.Width / shape.Heads));
        writer.Add("llama.vocab_size", (uint)shape.Vocabulary);

        // an end token, the 256 bytes, one merge (readers want a list of them), and fillers that no text contains
        string[] bytes = [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.Letter((byte)value).ToString())];
        string Token(int id) => id switch { 0 => "<|endoftext|>", <= 256 => bytes[id - 1], 257 => "th", _ => $"<filler {id}>" };
        string[] tokens = [.. Enumerable.Range(0, shape.Vocabulary).Select(Token)];
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.pre", "gpt-2");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.token_type", Enumerable.Range(0, shape.Vocabulary).Select(id => id == 0 ? 3 : 1).ToArray());
        writer.Add("tokenizer.ggml.merges", new[] { "t h" });
        writer.Add("tokenizer.ggml.bos_token_id", 0u);
        writer.Add("tokenizer.ggml.eos_token_id", 0u);
        writer.Add("tokenizer.ggml.add_bos_token", false);
    }

    private static IEnumerable<(string Name, TensorType Type, long[] Shape)> Tensors(SyntheticShape shape, string type)
    {
        long width = shape.Width, ffn = shape.FeedForward, keys = width / shape.Heads * shape.KeyValueHeads;
        TensorType plain = type == Mixture ? TensorType.Q4_K : ComputedTypes.All.First(one => one.ToString().Equals(type, StringComparison.OrdinalIgnoreCase));
        TensorType fine = type == Mixture ? TensorType.Q6_K : plain;

        yield return Matrix("token_embd", shape.Tied ? fine : plain, width, shape.Vocabulary);
        yield return Vector("output_norm", width);
        if (!shape.Tied) yield return Matrix("output", fine, width, shape.Vocabulary);
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            TensorType sensitive = MoreBits(layer, shape.Layers) ? fine : plain;
            yield return Vector($"blk.{layer}.attn_norm", width);
            yield return Matrix($"blk.{layer}.attn_q", plain, width, width);
            yield return Matrix($"blk.{layer}.attn_k", plain, width, keys);
            yield return Matrix($"blk.{layer}.attn_v", sensitive, width, keys);
            yield return Matrix($"blk.{layer}.attn_output", plain, width, width);
            yield return Vector($"blk.{layer}.ffn_norm", width);
            yield return Matrix($"blk.{layer}.ffn_gate", plain, width, ffn);
            yield return Matrix($"blk.{layer}.ffn_up", plain, width, ffn);
            yield return Matrix($"blk.{layer}.ffn_down", sensitive, ffn, width);
        }
    }

    private static (string, TensorType, long[]) Matrix(string name, TensorType type, long columns, long rows) =>
        ($"{name}.weight", columns % TensorGeometry.BlockSize(type) == 0 ? type : Fallback(type), [columns, rows]);

    private static (string, TensorType, long[]) Vector(string name, long width) => ($"{name}.weight", TensorType.F32, [width]);

    // llama-quant.cpp, use_more_bits: the layers whose values and feed-forward outputs Q4_K_M keeps in Q6_K
    private static bool MoreBits(int layer, int layers) => layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;

    // llama-quant.cpp, tensor_type_fallback: for rows that are no multiple of 256
    private static TensorType Fallback(TensorType type) => type switch
    {
        TensorType.Q2_K or TensorType.Q3_K => TensorType.Q4_0,
        TensorType.Q4_K => TensorType.Q5_0,
        TensorType.Q5_K => TensorType.Q5_1,
        TensorType.Q6_K => TensorType.Q8_0,
        _ => TensorType.F16,
    };

    private static void Ones(Stream destination, int count)
    {
        byte[] bytes = new byte[4 * count];
        for (int i = 0; i < count; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), 1);
        destination.Write(bytes);
    }

    private static string Listed(IReadOnlyList<string> names) => $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";

    /// <summary>Blocks of random codes with small scales, about the size of trained weights, so that no activation overflows.</summary>
    private sealed class RandomBlocks
    {
        private ulong _state = 0x9E3779B97F4A7C15;

        public void Write(Stream destination, TensorType type, long values, CancellationToken cancellation)
        {
            int blockBytes = TensorGeometry.BlockBytes(type);
            byte[] piece = new byte[PieceBytes / blockBytes * blockBytes];
            for (long left = TensorGeometry.ByteCount(type, values); left > 0; left -= piece.Length)
            {
                cancellation.ThrowIfCancellationRequested();
                Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(left, piece.Length));
                Fill(bytes);
                for (int at = 0; at < bytes.Length; at += blockBytes) Scale(type, bytes.Slice(at, blockBytes));
                destination.Write(bytes);
            }
        }

        private void Fill(Span<byte> bytes)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..]) BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
            foreach (ref byte value in bytes) value = (byte)Next();
        }

        // standard deviations of about 0.02; the largest weight of any block is below 0.1
        private void Scale(TensorType type, Span<byte> block)
        {
            switch (type)
            {
                case TensorType.F32: BinaryPrimitives.WriteSingleLittleEndian(block, Symmetric(0.035f)); break;
                case TensorType.F16: Half(block, 0, Symmetric(0.035f)); break;
                case TensorType.BF16:
                    BinaryPrimitives.WriteUInt16LittleEndian(block, (ushort)(BitConverter.SingleToUInt32Bits(Symmetric(0.035f)) >> 16));
                    break;
                case TensorType.Q8_0: Half(block, 0, Symmetric(0.0004f)); break;
                case TensorType.Q4_0: Half(block, 0, Symmetric(0.006f)); break;
                case TensorType.Q5_0: Half(block, 0, Symmetric(0.003f)); break;
                case TensorType.Q4_1: ScaleAndMinimum(block, 0, 0.005f, -7.5f); break;
                case TensorType.Q5_1: ScaleAndMinimum(block, 0, 0.0025f, -15.5f); break;
                case TensorType.Q2_K: ScaleAndMinimum(block, 80, 0.002f, 1.5f); break;
                case TensorType.Q3_K: Half(block, 108, Symmetric(0.0006f)); break;
                case TensorType.Q4_K: ScaleAndMinimum(block, 0, 0.0001f, 7.5f); break;
                case TensorType.Q5_K: ScaleAndMinimum(block, 0, 0.00005f, 15.5f); break;
                case TensorType.Q6_K: Half(block, 208, Symmetric(0.00002f)); break;
                default: throw new InvalidOperationException($"{type} has no random blocks.");
            }
        }

        private void ScaleAndMinimum(Span<byte> block, int at, float scale, float levels)
        {
            float chosen = scale * (0.5f + Math.Abs(Symmetric(0.5f)));
            Half(block, at, chosen);
            Half(block, at + 2, chosen * levels);
        }

        private static void Half(Span<byte> block, int at, float value) => BinaryPrimitives.WriteHalfLittleEndian(block[at..], (Half)value);

        private float Symmetric(float largest) => (int)(Next() >> 32) / 2147483648f * largest;

        // Marsaglia's xorshift, 64 bits: fast, and random enough for weights
        private ulong Next()
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            return _state ^= _state << 17;
        }
    }
}
