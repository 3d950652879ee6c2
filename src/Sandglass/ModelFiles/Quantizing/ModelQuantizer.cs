using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>Rewrites a model file with its matrices in another type, byte for byte as <c>llama-quantize --pure</c>.</summary>
/// <remarks>
/// Inputs that are already quantised are accepted (<c>--allow-requantize</c>). Two cases differ, in which llama-quantize produces no usable file: rows that
/// no block
/// divides become F16 (it stops), and an alignment other than 32 is kept (it writes a file that cannot be read).
/// </remarks>
public static class ModelQuantizer
{
    private const uint QuantizationVersion = 2;   // ggml.h, GGML_QNT_VERSION

    /// <summary>Writes <paramref name="input"/> to <paramref name="outPath"/>; an existing file is replaced once the new one is complete.</summary>
    /// <param name="input">The model, whole or split; the output is one file.</param>
    /// <param name="outPath">The path to write to; not a file of the input.</param>
    /// <param name="type">F32, F16, BF16, Q8_0, Q4_0 or Q4_1.</param>
    /// <param name="progress">Reported to after each tensor.</param>
    /// <param name="cancellation">Stops the work soon and leaves no file.</param>
    /// <exception cref="ModelFileException">
    /// The type cannot be written, a tensor's type cannot be read, a value is not finite, or the file cannot be written.
    /// </exception>
    public static QuantizeReport Quantize(ModelFile input, string outPath, TensorType type, IProgress<QuantizeProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (QuantizePlan.FileType(type) is not uint fileType)
        {
            Fail.Throw("quantize-type", input.Name, "type", "Q8_0, Q4_0, Q4_1, F16, BF16 or F32", $"{type}");
            return null;
        }
        foreach (string path in input.Paths)
        {
            if (WholeFile.Destination(path) == WholeFile.Destination(outPath))
                Fail.Throw("quantize-onto-input", outPath, "output", "another file than the input", "the input itself");
        }

        TensorInfo[] tensors = QuantizePlan.Ordered(input.Tensors);
        foreach (TensorInfo tensor in tensors)
        {
            if (QuantizePlan.TypeOf(tensor, type) != tensor.Type && !Dequantizer.Supports(tensor.Type))
                Fail.Throw("quantize-input-type", input.Name, $"tensor {tensor.Name}", "a type whose values can be read", $"{tensor.Type}");
        }

        ModelFileWriter writer = new();
        CopyMetadata(input, writer, fileType);
        int done = 0;
        foreach (TensorInfo tensor in tensors)
        {
            TensorType target = QuantizePlan.TypeOf(tensor, type);
            writer.Add(tensor.Name, target, QuantizePlan.Shape(tensor), destination =>
            {
                cancellation.ThrowIfCancellationRequested();
                TensorConversion.Copy(input, tensor, target, destination, cancellation);
                progress?.Report(new QuantizeProgress(++done, tensors.Length, tensor.Name));
            });
        }
        WholeFile.Write(outPath, writer.WriteTo);
        return Report(outPath, type, tensors);
    }

    // llama-quant.cpp: all entries in their order, then the two that it sets; a split model becomes one file
    private static void CopyMetadata(ModelFile input, ModelFileWriter writer, uint fileType)
    {
        foreach ((MetadataRange range, byte[] bytes) in input.RawEntries())
        {
            if (range.Key is "general.quantization_version" or "general.file_type" or "split.no" or "split.count" or "split.tensors.count") continue;
            writer.AddRaw(RawMetadataEntry.Copy(bytes, (int)(range.KindAt - range.Start)));
        }
        writer.AlignTo(input.Metadata.Integer("general.alignment") ?? 32);
        writer.Add("general.quantization_version", QuantizationVersion);
        writer.Add("general.file_type", fileType);
    }

    private static QuantizeReport Report(string outPath, TensorType type, TensorInfo[] tensors)
    {
        TensorInfo[] changed = [.. tensors.Where(tensor => QuantizePlan.TypeOf(tensor, type) != tensor.Type)];
        long after = tensors.Sum(tensor => TensorGeometry.ByteCount(QuantizePlan.TypeOf(tensor, type), tensor.Count));
        string[] inF16 = [.. tensors.Where(tensor => type != TensorType.F16 && QuantizePlan.FallsBack(tensor, type)).Select(tensor => tensor.Name)];
        return new QuantizeReport(outPath, type, tensors.Sum(tensor => tensor.ByteCount), after, changed.Length, tensors.Length - changed.Length, inF16);
    }
}
