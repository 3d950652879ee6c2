using System.Text;
using Sandglass.Studies;

namespace Sandglass.Tests.Studies;

public class PerplexityTests
{
    [GoldenTheory]
    [InlineData("special-in-text.txt", 105.19, 6)]     // <s> and </s> in it are text
    [InlineData("rawE9.txt", 30.97, 5)]                // a byte that is no UTF-8 has a token of its own
    public async Task It_is_the_reference_engines(string text, double expected, int chunks)
    {
        string path = Shared.Path("cases", text);
        if (!File.Exists(path)) return;
        using LanguageModel model = LanguageModel.Load(Shared.Path("models", "stories260K.gguf"));

        PerplexityResult result = await Perplexity.MeasureAsync(model, File.ReadAllBytes(path), context: 64);

        Assert.Equal(chunks, result.Chunks);
        Assert.Equal(expected, result.Perplexity, expected * 1e-3);
    }

    [Fact]
    public async Task A_tokens_name_in_the_text_is_text_and_bytes_that_are_none_stay_what_they_are()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        string text = string.Concat(Enumerable.Repeat("The fox said <|endoftext|> to the bear. ", 8));
        byte[] broken = [.. Encoding.UTF8.GetBytes(text), 0xE9];
        Assert.True(model.Tokenizer.Encode(text, parseSpecial: false).Ids.Length > model.Tokenizer.Encode(text).Ids.Length + 16);

        foreach (byte[] bytes in (byte[][])[Encoding.UTF8.GetBytes(text), broken])
        {
            int ids = model.Tokenizer.Encode(bytes, parseSpecial: false).Ids.Length;
            Assert.Equal(1, (await Perplexity.MeasureAsync(model, bytes, context: ids)).Chunks);
            Assert.Equal(ids / 16, (await Perplexity.MeasureAsync(model, bytes, context: 16)).Chunks);
        }
        Assert.Equal((await Perplexity.MeasureAsync(model, text, 16)).Perplexity,
            (await Perplexity.MeasureAsync(model, Encoding.UTF8.GetBytes(text), 16)).Perplexity);
    }
}
