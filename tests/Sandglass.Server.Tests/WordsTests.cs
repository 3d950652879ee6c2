namespace Sandglass.Server.Tests;

/// <summary>A stranger's text in a message.</summary>
public class WordsTests
{
    [Theory]
    [InlineData(78, 80)]
    [InlineData(79, 79)]
    [InlineData(80, 80)]
    public void A_long_text_is_cut_between_characters(int before, int kept)
    {
        string text = $"{new string('a', before)}\U0001F600bcd";

        Assert.Equal($"{text[..kept]}…", Words.Short(text));
        Assert.Equal(text[..4], Words.Short(text[..4]));
    }
}
