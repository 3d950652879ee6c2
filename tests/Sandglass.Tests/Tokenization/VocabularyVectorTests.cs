using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class VocabularyVectorTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    [GoldenTheory]
    [InlineData("gpt-2")]
    [InlineData("starcoder")]
    [InlineData("llama-spm")]
    [InlineData("phi-3")]
    public void Ids_equal_the_reference_for_every_text(string name)
    {
        string path = Shared.Path("vocab", $"ggml-vocab-{name}.gguf");
        using ModelFile file = ModelFile.Open(path);
        Tokenizer tokenizer = Tokenizer.From(file.Metadata);

        string[] texts = File.ReadAllText(path + ".inp").Split(Separator);
        string[] lines = File.ReadAllLines(path + ".out");
        if (texts[^1].Length == 0 && texts.Length == lines.Length + 1) texts = texts[..^1];
        Assert.Equal(lines.Length, texts.Length);
        Assert.All(texts.Zip(lines), vector =>
        {
            int[] expected = [.. vector.Second.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            Assert.Equal(expected, tokenizer.Encode(vector.First, addBos: false, parseSpecial: false).Ids);
            Assert.Equal(vector.First, tokenizer.Decode(expected));
        });
    }
}
