using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class IncrementalDecoderTests
{
    [Fact]
    public void Byte_by_byte_never_shows_half_a_character()
    {
        string text = new WildText(8).Next(3000);
        IncrementalDecoder decoder = new();
        StringBuilder shown = new();
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            string part = decoder.Append([value]);
            Assert.True(part.Length == 0 || !char.IsHighSurrogate(part[^1]));
            shown.Append(part);
        }
        Assert.Equal(text, shown.ToString());
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Cut_anywhere_the_text_is_the_same_as_in_one_piece()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] bytes = new WildText(seed).NextBroken(60);
            IncrementalDecoder decoder = new();
            Random random = new(seed);
            StringBuilder shown = new();
            for (int at = 0; at < bytes.Length;)
            {
                int to = Math.Min(bytes.Length, at + random.Next(5));
                shown.Append(decoder.Append(bytes.AsSpan(at, to - at)));
                at = to;
            }
            Assert.Equal(Encoding.UTF8.GetString(bytes), shown.Append(decoder.Flush()).ToString());
        }
    }

    [Fact]
    public void A_broken_character_shows_as_soon_as_it_is_known_to_be_broken()
    {
        IncrementalDecoder decoder = new();

        Assert.Equal("", decoder.Append([0xF0, 0x9F]));
        Assert.Equal("\uFFFD!", decoder.Append("!"u8));
        Assert.Equal("\uFFFD", decoder.Append([0xFF]));
        Assert.Equal("", decoder.Append([0xE2, 0x96]));
        Assert.Equal("", decoder.Append([]));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("a", decoder.Append("a"u8));
    }
}
