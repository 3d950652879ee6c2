namespace Sandglass.Cli.Tests;

public class AmountTests
{
    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(999, "999 bytes")]
    [InlineData(1000, "1.00 kB")]
    [InlineData(98_362_432, "98.4 MB")]
    [InlineData(999_600, "1.00 MB")]
    [InlineData(long.MaxValue, "9223 PB")]
    public void Bytes_have_three_digits(long bytes, string shown) => Assert.Equal(shown, Amount.Bytes(bytes));

    [Theory]
    [InlineData(819_840, "819,840")]
    [InlineData(5_770_496, "5.77 million")]
    [InlineData(7_241_732_096, "7.24 billion")]
    public void Parameters_are_said_in_words(long count, string shown) => Assert.Equal(shown, Amount.Parameters(count));

    [Theory]
    [InlineData(1.5e9, "1.50 G")]
    [InlineData(3.14e23, "3.14e23")]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    public void Large_numbers_have_three_digits_and_what_is_none_has_none(double number, string shown) => Assert.Equal(shown, Amount.Large(number));

    [Fact]
    public void Long_lists_and_texts_are_cut_and_say_how_long_they_are()
    {
        Assert.Equal("9: [1, 2, 3, 4, 5, 6, …]", MetadataValue.Short(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }));
        Assert.EndsWith("(500 letters)", MetadataValue.Short(new string('a', 500)), StringComparison.Ordinal);
        Assert.Equal("list of text", MetadataValue.Kind(Array.Empty<string>()));
    }
}
