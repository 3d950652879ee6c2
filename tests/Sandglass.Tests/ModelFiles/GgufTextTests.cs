using System.Text;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.ModelFiles;

/// <summary>Short strings are decoded by a loop of our own, which gives what the framework's decoder gives.</summary>
public class GgufTextTests
{
    [Fact]
    public void Each_one_and_two_bytes_are_what_UTF8_says()
    {
        for (int first = 0; first < 256; first++)
        {
            Same([(byte)first]);
            for (int second = 0; second < 256; second++) Same([(byte)first, (byte)second]);
        }
    }

    [Theory, InlineData("Ġthe"), InlineData("▁the"), InlineData("éß\u07ff\u0800"), InlineData("a string of more than thirty-two bytes"), InlineData("𝄞𝄞"), InlineData("")]
    public void Text_is_what_it_was(string text) => Assert.Equal(text, GgufCursor.Text(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Random_bytes_of_all_lengths_are_what_UTF8_says()
    {
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            for (int at = 0; at < bytes.Length; at++) if (random.Next(4) > 0) bytes[at] = (byte)(at % 2 == 0 ? 0xC0 | bytes[at] & 0x1F : 0x80 | bytes[at] & 0x3F);
            Same(bytes);
        }
    }

    private static void Same(byte[] bytes) => Assert.Equal(Encoding.UTF8.GetString(bytes), GgufCursor.Text(bytes));
}
