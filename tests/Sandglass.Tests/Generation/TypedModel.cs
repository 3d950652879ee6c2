using System.Buffers.Binary;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Tests.ModelFiles;

namespace Sandglass.Tests.Generation;

/// <summary>A small llama whose matrices are all of one tensor type, full of random valid blocks; equal on every machine.</summary>
/// <remarks>Its sizes are as odd as the type's blocks allow: rows that fill no panel, heads that fill no vector.</remarks>
internal sealed class TypedModel
{
    public const int Vocabulary = 301;

    /// <summary>Every type whose values the engine reads.</summary>
    public static TensorType[] Types { get; } =
    [
        TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1,
        TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K,
    ];

    private readonly ModelFileWriter _writer = new();
    private readonly TensorType _type;
    private uint _seed = 11;

    private readonly Func<int, string> _token;

    private readonly float _loudness;

    private TypedModel(TensorType type, Func<int, string>? token, float loudness) => (_type, _token, _loudness) = (type, token ?? (id => $"t{id}"), loudness);

    /// <summary>Writes the file into a folder and gives its path.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="type">Of all matrices.</param>
    /// <param name="token">The vocabulary's string for an id; null for <c>t0</c>, <c>t1</c>, …</param>
    /// <param name="name">Of the file; null for one that tells the type.</param>
    /// <param name="loudness">What the norms' weights are multiplied by.</param>
    public static string Write(string folder, TensorType type, Func<int, string>? token = null, string? name = null, float loudness = 1)
    {
        string path = Path.Combine(folder, $"{name ?? $"typed-{type}"}.gguf");
        File.WriteAllBytes(path, new TypedModel(type, token, loudness).Bytes());
        return path;
    }

    private byte[] Bytes()
    {
        (int layers, int width, int heads, int headDim, int kvHeads, int ffn) = TensorGeometry.BlockSize(_type) switch
        {
            1 => (2, 100, 5, 20, 1, 70),
            32 => (2, 96, 4, 24, 2, 160),
            _ => (1, 256, 4, 64, 2, 512),
        };
        Facts(layers, width, heads, kvHeads, ffn);
        Matrix("token_embd.weight", width, Vocabulary);
        Vector("output_norm.weight", width);
        for (int layer = 0; layer < layers; layer++)
        {
            Vector($"blk.{layer}.attn_norm.weight", width);
            Matrix($"blk.{layer}.attn_q.weight", width, heads * headDim);
            Matrix($"blk.{layer}.attn_k.weight", width, kvHeads * headDim);
            Matrix($"blk.{layer}.attn_v.weight", width, kvHeads * headDim);
            Matrix($"blk.{layer}.attn_output.weight", heads * headDim, width);
            Vector($"blk.{layer}.ffn_norm.weight", width);
            Matrix($"blk.{layer}.ffn_gate.weight", width, ffn);
            Matrix($"blk.{layer}.ffn_up.weight", width, ffn);
            Matrix($"blk.{layer}.ffn_down.weight", ffn, width);
        }
        return _writer.ToArray();
    }

    private void Facts(int layers, int width, int heads, int kvHeads, int ffn)
    {
        _writer.Add("general.architecture", "llama");
        _writer.Add("general.name", $"typed-{_type}");
        _writer.Add("llama.block_count", (uint)layers);
        _writer.Add("llama.context_length", 512u);
        _writer.Add("llama.embedding_length", (uint)width);
        _writer.Add("llama.feed_forward_length", (uint)ffn);
        _writer.Add("llama.attention.head_count", (uint)heads);
        _writer.Add("llama.attention.head_count_kv", (uint)kvHeads);
        _writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        _writer.Add("tokenizer.ggml.model", "gpt2");
        _writer.Add("tokenizer.ggml.tokens", Enumerable.Range(0, Vocabulary).Select(_token).ToArray());
        _writer.Add("tokenizer.ggml.merges", Array.Empty<string>());
        _writer.Add("tokenizer.ggml.add_bos_token", false);
    }

    private void Vector(string name, int width) =>
        TinyModel.Add(_writer, name, [width], [.. TinyModel.Values(width, ref _seed).Select(v => _loudness * (1 + v))]);

    private void Matrix(string name, int columns, int rows)
    {
        byte[] bytes = new byte[TensorGeometry.ByteCount(_type, (long)columns * rows)];
        int blockBytes = TensorGeometry.BlockBytes(_type);
        for (int at = 0; at < bytes.Length; at += blockBytes) Block(bytes.AsSpan(at, blockBytes));
        _writer.Add(name, _type, [columns, rows], bytes);
    }

    /// <summary>Any bytes make a valid block, if only its scales are sane.</summary>
    private void Block(Span<byte> block)
    {
        foreach (ref byte value in block) value = (byte)(Next() >> 24);
        switch (_type)
        {
            case TensorType.F32: BinaryPrimitives.WriteSingleLittleEndian(block, Symmetric(0.15f)); break;
            case TensorType.BF16: BinaryPrimitives.WriteUInt16LittleEndian(block, (ushort)(BitConverter.SingleToUInt32Bits(Symmetric(0.15f)) >> 16)); break;
            case TensorType.F16: Half(block, 0, Symmetric(0.15f)); break;
            case TensorType.Q8_0: Half(block, 0, Symmetric(0.001f)); break;
            case TensorType.Q4_0: Half(block, 0, Symmetric(0.015f)); break;
            case TensorType.Q5_0: Half(block, 0, Symmetric(0.008f)); break;
            case TensorType.Q4_1: ScaleAndMinimum(block, 0, 0.015f, levels: -7.5f); break;
            case TensorType.Q5_1: ScaleAndMinimum(block, 0, 0.008f, levels: -15.5f); break;
            case TensorType.Q2_K: ScaleAndMinimum(block, 80, 0.008f, levels: 1.5f); break;
            case TensorType.Q4_K: ScaleAndMinimum(block, 0, 0.0004f, levels: 7.5f); break;
            case TensorType.Q5_K: ScaleAndMinimum(block, 0, 0.0002f, levels: 15.5f); break;
            case TensorType.Q3_K: Half(block, 108, Symmetric(0.002f)); break;
            case TensorType.Q6_K: Half(block, 208, Symmetric(0.00004f)); break;
            default: throw new InvalidOperationException($"{_type} has no block here.");
        }
    }

    private void ScaleAndMinimum(Span<byte> block, int at, float scale, float levels)
    {
        float chosen = scale * (0.5f + Math.Abs(Symmetric(1)));
        Half(block, at, chosen);
        Half(block, at + 2, chosen * levels);
    }

    private static void Half(Span<byte> block, int at, float value) => BinaryPrimitives.WriteHalfLittleEndian(block[at..], (Half)value);

    private float Symmetric(float largest) => (int)Next() / 2147483648f * largest;

    private uint Next() => _seed = _seed * 1664525 + 1013904223;
}
