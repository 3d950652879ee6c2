using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class ByteLevelTokenizerTests
{
    [Fact]
    public void Merges_happen_by_rank_and_from_the_left()
    {
        // l-o before lo-w; the rank of w-e would come too late for lowe
        Tokenizer tokenizer = Vocabularies.ByteLevel("gpt-2", ["l o", "lo w", "w e", "e r", "aa a", "a a"]);

        Assert.Equal(["low", "er"], Pieces(tokenizer, "lower"));
        Assert.Equal(["we", "lo"], Pieces(tokenizer, "welo"));
        Assert.Equal(["aaa", "aa"], Pieces(tokenizer, "aaaaa"));
        Assert.Equal(["Ġ", "low"], Pieces(tokenizer, " low"));
    }

    [Fact]
    public void A_long_word_merges_as_a_short_one_does()
    {
        // a long word takes the queue, a short one the plain search: ab never meets across the dash
        Tokenizer tokenizer = Vocabularies.ByteLevel("gpt-2", ["a b", "b c", "ab ab", "abab c", "c a", "bc a"]);
        Random random = new(3);
        string[] parts = [.. Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => "abc"[random.Next(3)])))];

        Assert.Equal(parts.SelectMany(part => (string[])[.. Pieces(tokenizer, part), "x"]), Pieces(tokenizer, string.Concat(parts.Select(part => part + "x"))));
    }

    [Fact]
    public void A_word_that_is_a_token_ignores_merges_where_the_model_says_so()
    {
        string[] merges = ["a b", "c d", "b c"];
        (string, TokenKind) whole = ("abcd", TokenKind.Normal);

        Assert.Equal(["abcd"], Pieces(Vocabularies.ByteLevel("llama-bpe", merges, whole), "abcd"));
        Assert.Equal(["ab", "cd"], Pieces(Vocabularies.ByteLevel("dbrx", merges, whole), "abcd"));
    }

    [Fact]
    public void Every_byte_can_be_encoded_and_broken_ones_become_the_replacement_character()
    {
        Tokenizer tokenizer = Vocabularies.ByteLevel("gpt-2", []);

        TokenizedText text = tokenizer.Encode([(byte)'a', 0xE2, 0x96, (byte)'b', 0xFF, 0xC0, 0x80, 0]);
        Assert.Equal("a\uFFFD\uFFFDb\uFFFD\0\0", tokenizer.Decode(text.Ids));
        Assert.Equal([(0, 1), (1, 2), (2, 2), (2, 2), (2, 3), (3, 3), (3, 3), (3, 4), (4, 5), (5, 5), (5, 5), (5, 7), (7, 8)], text.ByteRanges);
        Assert.Equal("a\uFFFD", tokenizer.Decode(tokenizer.Encode("a\uD83D").Ids));
    }

    [Fact]
    public void What_merges_to_no_token_is_spelled_in_bytes()
    {
        string[] tokens = [.. Vocabularies.ByteLevelTokens("ab").Where(token => token is not "z")];
        Tokenizer tokenizer =
            Tokenizer.From(Vocabularies.Metadata(("model", "gpt2"), ("pre", "gpt-2"), ("tokens", tokens),
                ("merges", (string[])["a b", "ab c", "nowhere b", "a", "", " a", "b "])));

        TokenizedText text = tokenizer.Encode("abcab z.");
        Assert.Equal(["a", "b", "c", "ab", "Ġ", "."], text.Ids.Select(tokenizer.Piece));
        Assert.Equal([(0, 1), (1, 2), (2, 3), (3, 5), (5, 6), (7, 8)], text.ByteRanges);
    }

    [Fact]
    public void Begin_and_end_tokens_are_added_as_the_file_says()
    {
        Tokenizer tokenizer = Tokenizer.From(Vocabularies.Metadata(
            ("model", "gpt2"), ("tokens", Vocabularies.ByteLevelTokens("<b>", "<e>")), ("merges", Array.Empty<string>()),
            ("bos_token_id", 256u), ("eos_token_id", 257u), ("add_bos_token", true), ("add_eos_token", true)));

        Assert.Equal([256, 'a', 257], tokenizer.Encode("a").Ids);
        Assert.Equal(["a"], tokenizer.Encode("a", addBos: false).Ids.Select(tokenizer.Piece));
        Assert.Equal([256, 257], tokenizer.Encode("").Ids);
        Assert.Empty(tokenizer.Encode("", addBos: false).Ids);
    }

    private static IEnumerable<string> Pieces(Tokenizer tokenizer, string text) => tokenizer.Encode(text).Ids.Select(tokenizer.Piece);
}
