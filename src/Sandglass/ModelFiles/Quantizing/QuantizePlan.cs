using System.Globalization;
using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>Which tensors quantising changes, and their order: the rules of llama.cpp's llama-quant.cpp with <c>--pure</c>.</summary>
internal static class QuantizePlan
{
    // small, or too sensitive: never quantised when the name has one of these in it (llama-quant.cpp, tensor_allows_quantization)
    private static readonly string[] KeptParts =
    [
        "_norm.weight", "ffn_gate_inp.weight", "ffn_gate_tid2eid.weight", "altup", "laurel", "per_layer_model_proj",
        "ssm_conv1d", "shortconv.conv.weight", "indexer.k_proj.weight", "indexer.q_proj.weight",
        "time_mix_first.weight", "time_mix_w0.weight", "time_mix_w1.weight", "time_mix_w2.weight", "time_mix_v0.weight", "time_mix_v1.weight",
        "time_mix_v2.weight",
        "time_mix_a0.weight", "time_mix_a1.weight", "time_mix_a2.weight", "time_mix_g1.weight", "time_mix_g2.weight",
        "time_mix_decay_w1.weight", "time_mix_decay_w2.weight", "time_mix_lerp_fused.weight", "attn_rel_b.weight",
        ".position_embd", "sam.pos_embd", "sam.neck.", "sam.net_", ".rel_pos", ".patch_embd", ".patch_merger", "a.rvq.codebook", "mm.a.code_embd",
    ];

    /// <summary>The shape as ggml writes it: without trailing dimensions of 1.</summary>
    public static long[] Shape(TensorInfo tensor)
    {
        int dimensions = tensor.Shape.Count;
        while (dimensions > 1 && tensor.Shape[dimensions - 1] == 1) dimensions--;
        return [.. tensor.Shape.Take(dimensions)];
    }

    /// <summary>The type that a tensor gets when the file is asked for in <paramref name="target"/>.</summary>
    public static TensorType TypeOf(TensorInfo tensor, TensorType target)
    {
        if (!IsQuantised(tensor)) return tensor.Type;
        return FallsBack(tensor, target) ? TensorType.F16 : target;
    }

    /// <summary>True where the tensor would be quantised, but no block divides its rows.</summary>
    public static bool FallsBack(TensorInfo tensor, TensorType target) => IsQuantised(tensor) && tensor.Columns % TensorGeometry.BlockSize(target) != 0;

    /// <summary>Tensors without a layer first, then the layers in order; within each by name.</summary>
    public static TensorInfo[] Ordered(IEnumerable<TensorInfo> tensors) =>
        [.. tensors.OrderBy(tensor => Layer(tensor.Name)).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];

    /// <summary>The target's number in <c>general.file_type</c> (llama.h, <c>enum llama_ftype</c>); null for types that cannot be written.</summary>
    public static uint? FileType(TensorType target) => target switch
    {
        TensorType.F32 => 0,
        TensorType.F16 => 1,
        TensorType.Q4_0 => 2,
        TensorType.Q4_1 => 3,
        TensorType.Q8_0 => 7,
        TensorType.BF16 => 32,
        _ => null,
    };

    private static bool IsQuantised(TensorInfo tensor) =>
        tensor.Count > 0
        && Shape(tensor).Length >= 2
        && tensor.Name.EndsWith("weight", StringComparison.Ordinal)
        && tensor.Name is not ("position_embd.weight" or "token_types.weight")
        && !KeptParts.Any(part => tensor.Name.Contains(part, StringComparison.Ordinal));

    // as sscanf(name, "blk.%d."): -1 where there is no number
    private static int Layer(string name)
    {
        if (!name.StartsWith("blk.", StringComparison.Ordinal)) return -1;
        int end = 4;
        while (end < name.Length && char.IsAsciiDigit(name[end])) end++;
        return int.TryParse(name.AsSpan(4, end - 4), NumberStyles.None, CultureInfo.InvariantCulture, out int layer) ? layer : -1;
    }
}
