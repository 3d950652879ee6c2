namespace Sandglass.Tests;

public class EditDistanceTests
{
    [Theory]
    [InlineData(0, "--seed", "--seed")]
    [InlineData(1, "--max-token", "--max-tokens")]
    [InlineData(3, "kitten", "sitting")]
    [InlineData(4, "", "four")]
    public void Words_are_as_far_apart_as_letters_change(int distance, string first, string second)
    {
        Assert.Equal(distance, EditDistance.Between(first, second));
        Assert.Equal(distance, EditDistance.Between(second, first));
    }
}
