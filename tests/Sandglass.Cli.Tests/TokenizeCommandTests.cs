using System.Text;
using System.Text.Json;
using Sandglass.ModelFiles;
using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

public class TokenizeCommandTests
{
    [Fact]
    public void Json_has_ids_pieces_and_byte_ranges()
    {
        ToolRun run = Tool.RunWithInput(Encoding.UTF8.GetBytes("Once é"), "tokenize", "--json").Done();

        JsonElement only = Assert.Single(run.Json);
        Assert.Equal(["ids", "pieces", "byteRanges"], only.EnumerateObject().Select(p => p.Name));
        int[][] ranges = [.. only.GetProperty("byteRanges").EnumerateArray().Select(range => range.EnumerateArray().Select(n => n.GetInt32()).ToArray())];
        Assert.Equal(only.GetProperty("ids").GetArrayLength(), ranges.Length);
        Assert.Equal([0, 0], ranges[0]);                    // the begin token is not in the text
        Assert.Equal("<|endoftext|>", only.GetProperty("pieces")[0].GetString());
        Assert.Equal([0, 4], ranges[1]);
        Assert.Equal(7, ranges[^1][1]);
        Assert.All(run.Output, value => Assert.InRange(value, (byte)'\n', (byte)'~'));
    }

    [Fact]
    public void Empty_input_gives_empty_lists_and_the_begin_token_where_it_is_added()
    {
        Assert.Equal("{\"ids\":[],\"pieces\":[],\"byteRanges\":[]}\n", Tool.RunWithInput([], "tokenize", "--json", "--no-bos").Done().Text);
        Assert.Equal("[0]", Tool.Run("tokenize", "", "--json").Done().Last.GetProperty("ids").GetRawText());
    }

    [Fact]
    public void Bytes_that_are_no_text_reach_the_tokenizer_as_they_are()
    {
        byte[] bytes = [0x61, 0xFF, 0x0A, 0xE2];
        using ModelFile file = EmbeddedModels.Open();

        JsonElement ids = Tool.RunWithInput(bytes, "tokenize", "--json").Done().Last.GetProperty("ids");

        Assert.Equal(Tokenization.Tokenizer.From(file.Metadata).Encode(bytes).Ids, ids.EnumerateArray().Select(id => id.GetInt32()));
    }

    [Fact]
    public void Decode_is_the_way_back()
    {
        string ids = string.Join(',', Tool.Run("tokenize", "Once upon a té", "--json").Done().Last.GetProperty("ids").EnumerateArray());

        Assert.Equal("{\"text\":\"Once upon a t\\u00E9\"}\n", Tool.Run("tokenize", "--decode", ids, "--json").Done().Text);
        Assert.Equal("Once upon a té", Tool.Run("tokenize", "--decode", ids).Done().Text);
        Assert.Equal(2, Tool.Run("tokenize", "--decode", "4096").Code);
        Assert.Equal(2, Tool.Run("tokenize", "--decode", "").Code);
    }

    [Fact]
    public void People_read_text_and_json_keeps_the_vocabularys_own_strings()
    {
        ToolRun shown = Tool.Run("tokenize", "Once upon\té 漢").Done();
        string json = Tool.Run("tokenize", "Once upon", "--json").Done().Text;

        foreach (string word in (string[])["<|endoftext|>", "\"Once\"", "\" upon\""]) Assert.Contains(word, shown.Text, StringComparison.Ordinal);
        Assert.Matches("0x[0-9A-F]{2}", shown.Text);                   // a part of a character has no text of its own
        Assert.DoesNotMatch("[ĠÃ©ċĊ]", shown.Text);
        Assert.Contains("\\u0120upon", json, StringComparison.Ordinal);
    }

    [GoldenFact]
    public void A_file_with_a_vocabulary_and_nothing_else_will_do()
    {
        ToolRun run = Tool.Run("tokenize", "Hello world", "--json", "--model", Shared.Path("vocab", "ggml-vocab-llama-spm.gguf")).Done();

        Assert.Equal("[1,15043,3186]", run.Last.GetProperty("ids").GetRawText());
        Assert.Equal("[[0,0],[0,5],[5,11]]", run.Last.GetProperty("byteRanges").GetRawText());
    }
}
