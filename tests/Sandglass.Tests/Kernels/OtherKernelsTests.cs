using System.Runtime.Intrinsics.X86;
using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>
/// Kernels that this processor would not take, against the plain twin: those of AVX2 with 16 registers, and the vector kernels where machine code stands
/// before them.
/// </summary>
public sealed unsafe class OtherKernelsTests : IDisposable
{
    private readonly PagedMemory _memory = new();

    public void Dispose() => _memory.Dispose();

    [Fact] public void Split_panels_of_Q4_0() => Same(new SplitQuantizedPanels<FormatQ4_0, Codes4>(TensorType.Q4_0), 96);
    [Fact] public void Split_panels_of_Q4_1() => Same(new SplitQuantizedPanels<FormatQ4_1, Codes4>(TensorType.Q4_1), 96);
    [Fact] public void Split_panels_of_Q5_1() => Same(new SplitQuantizedPanels<FormatQ5_1, Codes5>(TensorType.Q5_1), 96);
    [Fact] public void Split_panels_of_Q8_0() => Same(new SplitQuantizedPanels<FormatQ8_0, Codes8>(TensorType.Q8_0), 96);
    [Fact] public void Split_panels_of_Q2_K() => Same(new SplitQuantizedPanels<FormatQ2_K, Codes2>(TensorType.Q2_K), 512);
    [Fact] public void Split_panels_of_Q6_K() => Same(new SplitQuantizedPanels<FormatQ6_K, Codes6>(TensorType.Q6_K), 512);

    [Fact] public void Vectors_of_Q4_0() => SameOfVectors<FormatQ4_0, Codes4>(TensorType.Q4_0, 96);
    [Fact] public void Vectors_of_Q4_1() => SameOfVectors<FormatQ4_1, Codes4>(TensorType.Q4_1, 96);
    [Fact] public void Vectors_of_Q5_0() => SameOfVectors<FormatQ5_0, Codes5>(TensorType.Q5_0, 96);
    [Fact] public void Vectors_of_Q8_0() => SameOfVectors<FormatQ8_0, Codes8>(TensorType.Q8_0, 96);
    [Fact] public void Vectors_of_Q2_K() => SameOfVectors<FormatQ2_K, Codes2>(TensorType.Q2_K, 512);
    [Fact] public void Vectors_of_Q3_K() => SameOfVectors<FormatQ3_K, Codes3>(TensorType.Q3_K, 512);
    [Fact] public void Vectors_of_Q4_K() => SameOfVectors<FormatQ4_K, Codes4>(TensorType.Q4_K, 512);
    [Fact] public void Vectors_of_Q5_K() => SameOfVectors<FormatQ5_K, Codes5>(TensorType.Q5_K, 512);
    [Fact] public void Vectors_of_Q6_K() => SameOfVectors<FormatQ6_K, Codes6>(TensorType.Q6_K, 512);

    private void SameOfVectors<TFormat, TCodes>(TensorType type, int columns)
        where TFormat : struct, IFormat
        where TCodes : struct, ICodes
    {
        if (KernelPath.Widest < KernelWidth.Vector512) return;
        Same(new VectorQuantizedPanels<TFormat, TCodes, Lanes512, F512, I512, B512>(type), columns);
    }

    private void Same(Panels other, int columns)
    {
        if (!Avx2.IsSupported) return;
        Random random = new(3);
        Panels plain = Panels.For(other.Type, KernelWidth.Scalar)!;
        byte[] file = RandomBlocks.Rows(other.Type, 32, columns, random);
        WeightMatrix matrix = new(plain, 32, columns, _memory);
        fixed (byte* rows = file)
        {
            for (int panel = 0; panel < 2; panel++)
                plain.Pack(rows + panel * file.Length / 2, 16, columns, matrix.Panel(panel));
        }
        foreach (int tokens in new[] { 1, 2, 7, 12, 13, 64, 65 })
        {
            foreach (int count in new[] { 1, 2 })
            {
                Assert.Equal(Fast(plain, matrix, count, columns, tokens), Fast(other, matrix, count, columns, tokens));
                Assert.Equal(Fine(plain, matrix, count, columns, tokens), Fine(other, matrix, count, columns, tokens));
            }
        }
    }

    private static int[] Fast(Panels panels, WeightMatrix matrix, int count, int columns, int tokens)
    {
        float[] x = Values(tokens * columns), sums = new float[16 * count * tokens];
        fixed (float* from = x, to = sums)
        fixed (ActivationBlock* blocks = InBlocks.Of(from, columns, tokens))
            panels.MultiplyFast(matrix.Panel(0), panels.PanelBytes(columns), count, columns, blocks, tokens, tokens, to);
        return [.. sums.Select(BitConverter.SingleToInt32Bits)];
    }

    private static int[] Fine(Panels panels, WeightMatrix matrix, int count, int columns, int tokens)
    {
        float[] x = Values(tokens * columns), sums = new float[16 * count * tokens];
        fixed (float* from = x, to = sums)
        fixed (FineBlock* blocks = InBlocks.OfFine(from, columns, tokens))
            panels.MultiplyFine(matrix.Panel(0), panels.PanelBytes(columns), count, columns, blocks, tokens, tokens, to);
        return [.. sums.Select(BitConverter.SingleToInt32Bits)];
    }

    private static float[] Values(int count)
    {
        Random random = new(4);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = i % 97 == 0 ? 1e5f : (float)(random.NextDouble() - 0.5);    // some blocks with a large one
        return values;
    }
}
