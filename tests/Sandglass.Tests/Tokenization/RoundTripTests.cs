using System.Text;
using System.Text.Json;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class RoundTripTests
{
    public static TheoryData<string, string> Files => new()
    {
        { "vocab", "ggml-vocab-gpt-2.gguf" },
        { "vocab", "ggml-vocab-llama-spm.gguf" },
        { "vocab", "ggml-vocab-phi-3.gguf" },
        { "models", "grain-6m.q8_0.gguf" },
        { "models", "stories260K.gguf" },
    };

    [GoldenTheory]
    [MemberData(nameof(Files))]
    public void Decoding_gives_the_text_and_ranges_tile_it(string folder, string file)
    {
        Tokenizer tokenizer = Vocabularies.Shared(folder, file);
        for (int seed = 0; seed < 100; seed++)
        {
            string text = new WildText(seed).Next(200).Replace('▁', '_');      // which SentencePiece takes for a space
            TokenizedText encoded = tokenizer.Encode(text, parseSpecial: false);

            Assert.Equal(text, tokenizer.Decode(encoded.Ids));
            AssertTiles(encoded, Encoding.UTF8.GetByteCount(text));
        }
    }

    [GoldenTheory]
    [MemberData(nameof(Files))]
    public void Ranges_tile_broken_text_too(string folder, string file)
    {
        Tokenizer tokenizer = Vocabularies.Shared(folder, file);
        for (int seed = 0; seed < 100; seed++)
        {
            byte[] text = new WildText(seed).NextBroken(200);
            AssertTiles(tokenizer.Encode(text), text.Length);
        }
    }

    [GoldenTheory]
    [InlineData("stories260K.greedy.json")]
    [InlineData("SmolLM2-135M-Instruct.exact.json")]
    [InlineData("grain-6m.q8_0.exact.json")]
    [InlineData("grain-1m.q8_0.exact.json")]
    public void Prompts_of_the_goldens_have_their_ids(string golden)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("golden", golden)));
        Tokenizer tokenizer = Vocabularies.Shared("models", document.RootElement.GetProperty("model").GetString()!);

        Assert.All(document.RootElement.GetProperty("records").EnumerateArray(), record =>
        {
            int[] ids = [.. record.GetProperty("promptIds").EnumerateArray().Select(id => id.GetInt32())];
            string prompt = record.GetProperty("prompt").GetString()!;
            Assert.Equal(ids, tokenizer.Encode(prompt).Ids);
        });
    }

    [GoldenFact]
    public void Many_threads_share_one_tokenizer()
    {
        Tokenizer tokenizer = Vocabularies.Shared("models", "grain-6m.q8_0.gguf");
        string[] texts = [.. Enumerable.Range(0, 64).Select(seed => new WildText(seed).Next(500))];
        int[][] alone = [.. texts.Select(text => tokenizer.Encode(text).Ids)];

        Parallel.For(0, 512, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Assert.Equal(alone[i % 64], tokenizer.Encode(texts[i % 64]).Ids));
    }

    private static void AssertTiles(TokenizedText text, int length)
    {
        int at = 0;
        foreach ((int from, int to) in text.ByteRanges)
        {
            Assert.Equal(at, from);
            Assert.True(to >= from);
            at = to;
        }
        Assert.Equal(length, at);
    }
}
