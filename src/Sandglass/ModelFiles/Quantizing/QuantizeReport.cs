using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>What <see cref="ModelQuantizer.Quantize"/> did.</summary>
/// <param name="Path">The file that was written.</param>
/// <param name="Type">The type that was asked for.</param>
/// <param name="BytesBefore">Bytes of all tensors in the input.</param>
/// <param name="BytesAfter">Bytes of all tensors in the output.</param>
/// <param name="Converted">Tensors whose type changed.</param>
/// <param name="Kept">Tensors that were copied unchanged: norms, biases and others that are small or sensitive, and those that already have the type.</param>
/// <param name="InF16">The names of tensors that are F16 instead, since no block of the type divides their rows.</param>
public sealed record QuantizeReport(string Path, TensorType Type, long BytesBefore, long BytesAfter, int Converted, int Kept, IReadOnlyList<string> InF16);

/// <summary>The progress of a quantisation.</summary>
/// <param name="Done">Tensors written so far.</param>
/// <param name="Tensors">The total number of tensors.</param>
/// <param name="Name">The tensor written last.</param>
public readonly record struct QuantizeProgress(int Done, int Tensors, string Name);
