using System.Text;

namespace Sandglass.Cli.Tests;

public sealed class TextHintsTests : IDisposable
{
    private readonly ModelCopy _files = new();

    public static TheoryData<byte[], string?> Texts => new()
    {
        { [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Once upon")], "UTF-16LE" },
        { [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("Once upon")], "UTF-16BE" },
        { Encoding.Unicode.GetBytes("Once upon"), "UTF-16LE" },
        { Encoding.BigEndianUnicode.GetBytes("Once — upon"), "UTF-16BE" },
        { Encoding.UTF8.GetBytes("Once upon é"), null },
        { [0xEF, 0xBB, 0xBF, .. "Once"u8], null },
        { "a\0b\0\0c"u8.ToArray(), null },
        { [0xFF], null },
        { [], null },
    };

    [Theory, MemberData(nameof(Texts))]
    public void A_text_in_another_encoding_is_seen(byte[] text, string? encoding)
    {
        string? hint = TextHints.OfBytes(text);
        if (encoding is null) Assert.Null(hint);
        else Assert.Contains($"iconv -f {encoding} ", hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--max-tokens", "1")]
    [InlineData("score")]
    [InlineData("tokenize")]
    [InlineData("perplexity", "--context", "4")]
    public void Each_command_that_reads_a_text_hints_at_it(params string[] command)
    {
        string file = Path.Combine(_files.Folder, "text.txt");
        File.WriteAllBytes(file, [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Once upon a time")]);

        ToolRun run = Tool.Run([.. command, command[0] == "perplexity" ? "--file" : "--prompt-file", file, "--model", Tool.Small]).Done();

        Assert.Single(run.Error.Split('\n'), line => line.StartsWith("Hint: the text looks like UTF-16", StringComparison.Ordinal));
        Assert.DoesNotContain("Hint", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_begin_tokens_are_seen_where_one_is_meant()
    {
        bool Hints(params string[] arguments) =>
            Tool.Run([.. arguments, "--model", Tool.Small]).Done().Error.Contains("two begin tokens", StringComparison.Ordinal);

        Assert.True(Hints("run", "<|endoftext|>Once", "--max-tokens", "1"));
        Assert.True(Hints("score", "<|endoftext|>Once"));
        Assert.True(Hints("tokenize", "<|endoftext|>Once"));
        Assert.False(Hints("run", "<|endoftext|>Once", "--max-tokens", "1", "--no-bos"));
        Assert.False(Hints("run", "<|endoftext|>Once", "--max-tokens", "1", "--no-special"));
        Assert.False(Hints("run", "--ids", "0,0,5", "--max-tokens", "1"));
        Assert.False(Hints("run", "Once", "--max-tokens", "1"));
    }

    [Fact]
    public void What_is_doubtful_about_the_vocabulary_is_told()
    {
        string wrongEnd = _files.Write("end.gguf", ("tokenizer.ggml.eos_token_id", 1_000_000u));
        string noPre = _files.Write("pre.gguf", ("tokenizer.chat_template", "{{ messages }}"), ("tokenizer.ggml.pre", null));

        ToolRun run = Tool.Run("run", "Once", "--max-tokens", "2", "--model", wrongEnd, "--json").Done();
        Assert.Equal(3, run.Json.Length);
        Assert.Contains("Hint: tokenizer.ggml.eos_token_id names none of the 4096 tokens", run.Error, StringComparison.Ordinal);
        foreach (string command in (string[])["run", "score", "tokenize"])
            Assert.Contains("Hint: tokenizer.ggml.pre names no pre-tokenizer",
                Tool.Run([command, "Once upon", "--model", noPre, .. command == "run" ? ["--max-tokens", "1"] : Array.Empty<string>()]).Done().Error,
                    StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
