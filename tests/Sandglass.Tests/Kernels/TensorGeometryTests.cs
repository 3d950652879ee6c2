using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

public class TensorGeometryTests
{
    /// <summary>Bits for each value, as the format's own documentation gives them.</summary>
    [Theory]
    [InlineData(TensorType.F32, 32), InlineData(TensorType.F16, 16), InlineData(TensorType.BF16, 16), InlineData(TensorType.F64, 64),
        InlineData(TensorType.I8, 8)]
    [InlineData(TensorType.I16, 16), InlineData(TensorType.I32, 32), InlineData(TensorType.I64, 64), InlineData(TensorType.Q4_0, 4.5),
        InlineData(TensorType.Q4_1, 5)]
    [InlineData(TensorType.Q5_0, 5.5), InlineData(TensorType.Q5_1, 6), InlineData(TensorType.Q8_0, 8.5), InlineData(TensorType.Q8_1, 9),
        InlineData(TensorType.Q2_K, 2.625)]
    [InlineData(TensorType.Q3_K, 3.4375), InlineData(TensorType.Q4_K, 4.5), InlineData(TensorType.Q5_K, 5.5), InlineData(TensorType.Q6_K, 6.5625),
        InlineData(TensorType.Q8_K, 9.125)]
    [InlineData(TensorType.IQ1_S, 1.5625), InlineData(TensorType.IQ1_M, 1.75), InlineData(TensorType.IQ2_XXS, 2.0625), InlineData(TensorType.IQ2_XS, 2.3125)]
    [InlineData(TensorType.IQ2_S, 2.5625), InlineData(TensorType.IQ3_XXS, 3.0625), InlineData(TensorType.IQ3_S, 3.4375), InlineData(TensorType.IQ4_NL, 4.5)]
    [InlineData(TensorType.IQ4_XS, 4.25), InlineData(TensorType.TQ1_0, 1.6875), InlineData(TensorType.TQ2_0, 2.0625), InlineData(TensorType.MXFP4, 4.25)]
    [InlineData(TensorType.NVFP4, 4.5), InlineData(TensorType.Q1_0, 1.125), InlineData(TensorType.Q2_0, 2.25)]
    public void A_type_has_its_bits(TensorType type, double bits) =>
        Assert.Equal(bits, 8.0 * TensorGeometry.BlockBytes(type) / TensorGeometry.BlockSize(type));

    [Fact]
    public void Every_named_type_is_known_and_no_other()
    {
        for (int number = -2; number < 300; number++) Assert.Equal(Enum.IsDefined((TensorType)number), TensorGeometry.IsKnown(number));
        Assert.False(TensorGeometry.IsKnown(int.MinValue) || TensorGeometry.IsKnown(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorGeometry.BlockSize((TensorType)4));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorGeometry.ByteCount(TensorType.Q8_0, 33));
    }
}
