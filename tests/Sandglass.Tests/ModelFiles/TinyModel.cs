using System.Buffers.Binary;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.ModelFiles;

/// <summary>A small llama file made from nothing but a counter, equal on every machine; its first matrix is full of corner cases.</summary>
internal static class TinyModel
{
    private const int Width = 64;
    private const int FeedForward = 96;

    public static ModelFileWriter Entries(int layers = 2)
    {
        ModelFileWriter writer = new();
        writer.Add("general.architecture", "llama");
        writer.Add("general.file_type", 0u);
        writer.Add("general.name", "tiny");
        writer.Add("llama.block_count", (uint)layers);
        writer.Add("llama.context_length", 128u);
        writer.Add("llama.embedding_length", (uint)Width);
        writer.Add("llama.feed_forward_length", (uint)FeedForward);
        writer.Add("llama.attention.head_count", 4u);
        writer.Add("llama.attention.head_count_kv", 2u);
        writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.tokens", new[] { "<|endoftext|>", "a", "é", "", "Ġthe" });
        writer.Add("tokenizer.ggml.token_type", new[] { 3, 1, 1, 1, 1 });
        writer.Add("tokenizer.ggml.scores", new[] { 0f, -1f, -2f, -3f, -4f });
        writer.Add("tokenizer.ggml.add_bos_token", false);
        return writer;
    }

    public static byte[] Bytes(int layers = 2)
    {
        ModelFileWriter writer = Entries(layers);
        writer.AddRaw([.. Text("odd.text"), .. U32(8), .. Text([0xFF, (byte)'a', 0xC3])]);                                       // no UTF-8
        writer.AddRaw([.. Text("odd.texts"), .. U32(9), .. U32(8), .. U64(2), .. Text("a\0b"), .. Text([0x80])]);               // a zero byte inside
        writer.AddRaw([.. Text("odd.flags"), .. U32(9), .. U32(7), .. U64(3), 0, 1, 2]);                                         // a flag that is neither
        uint seed = 1;
        Add(writer, "token_embd.weight", [Width, 64], Corners(Width * 64));
        Add(writer, "output_norm.weight", [Width], Values(Width, ref seed));
        for (int layer = 0; layer < layers; layer++)
        {
            Add(writer, $"blk.{layer}.attn_norm.weight", [Width], Values(Width, ref seed));
            Add(writer, $"blk.{layer}.attn_q.weight", [Width, Width], Values(Width * Width, ref seed));
            Add(writer, $"blk.{layer}.attn_q.bias", [Width], Values(Width, ref seed));
            Add(writer, $"blk.{layer}.ffn_down.weight", [FeedForward, Width], Values(FeedForward * Width, ref seed));
            Add(writer, $"blk.{layer}.ffn_up.weight", [Width, FeedForward, 1], Values(FeedForward * Width, ref seed));
            Add(writer, $"blk.{layer}.column.weight", [Width, 1], Values(Width, ref seed));
        }
        return writer.ToArray();
    }

    public static byte[] U32(uint value) => BitConverter.GetBytes(value);

    public static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    public static byte[] Text(string text) => Text(System.Text.Encoding.UTF8.GetBytes(text));

    public static byte[] Text(byte[] bytes) => [.. U64((ulong)bytes.Length), .. bytes];

    public static void Add(ModelFileWriter writer, string name, long[] shape, float[] values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        writer.Add(name, TensorType.F32, shape, bytes);
    }

    /// <summary>Numbers between -0.5 and 0.5.</summary>
    public static float[] Values(int count, ref uint seed)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            seed = seed * 1664525 + 1013904223;
            values[i] = (int)seed / 4294967296f;
        }
        return values;
    }

    // blocks of 32: zeros, equal numbers, ties, both signs of the largest, subnormal scales (whose inverse is infinite), large numbers, one outlier
    private static float[] Corners(int count)
    {
        uint seed = 7;
        float[] values = Values(count, ref seed);
        for (int i = 0; i < count; i++)
        {
            int inBlock = i % 32;
            values[i] = (i / 32 % 12) switch
            {
                0 => 0,
                1 => 0.75f,
                2 => -0.75f,
                3 => (inBlock - 16) * 0.5f,
                4 => inBlock % 2 == 0 ? 1.5f : -1.5f,
                5 => (inBlock - 8) * 1e-42f,
                6 => inBlock == 5 ? 1e-39f : values[i] * 1e-39f,
                7 => values[i] * 1.2e5f,
                8 => inBlock == 31 ? -100 : values[i],
                9 => (inBlock - 15.5f) * 3.0517578e-5f,
                10 => values[i] * 1e-7f,
                _ => values[i],
            };
        }
        return values;
    }
}
