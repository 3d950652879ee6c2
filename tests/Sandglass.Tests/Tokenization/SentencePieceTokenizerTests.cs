using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class SentencePieceTokenizerTests
{
    private static readonly (string, float, TokenKind)[] Words =
    [
        .. Vocabularies.SentencePieceBase,
        ("▁", -10, TokenKind.Normal), ("a", -11, TokenKind.Normal), ("b", -12, TokenKind.Normal), ("c", -13, TokenKind.Normal),
        ("ab", -2, TokenKind.Normal), ("bc", -1, TokenKind.Normal), ("▁a", -3, TokenKind.Normal), ("▁▁", -4, TokenKind.Normal), ("abc", -9, TokenKind.Normal),
    ];

    [Theory]
    [InlineData("abc", "▁a bc")]            // bc has the best score, then ▁a; a▁abc is no token
    [InlineData("bcab", "▁ bc ab")]
    [InlineData("ab ab", "▁ ab ▁ ab")]
    [InlineData("   a", "▁▁ ▁ ▁a")]
    [InlineData("é", "▁ <0xC3> <0xA9>")]
    public void Neighbours_merge_by_score(string text, string pieces)
    {
        Tokenizer tokenizer = Vocabularies.SentencePiece(Words);

        TokenizedText encoded = tokenizer.Encode(text);
        Assert.Equal(1, encoded.Ids[0]);
        Assert.Equal(pieces.Split(' '), encoded.Ids[1..].Select(tokenizer.Piece));
        Assert.Equal(text, tokenizer.Decode(encoded.Ids));
    }

    [Fact]
    public void Ranges_are_empty_for_what_was_added()
    {
        Tokenizer tokenizer = Vocabularies.SentencePiece(Words);

        Assert.Equal([(0, 0), (0, 1), (1, 3)], tokenizer.Encode("abc").ByteRanges);                     // <s> ▁a bc
        Assert.Equal([(0, 0), (0, 0), (0, 2), (2, 6), (6, 6), (6, 7)], tokenizer.Encode("bc</s>b").ByteRanges);   // <s> ▁ bc </s> ▁ b
    }

    [Fact]
    public void The_space_before_a_text_is_a_choice_of_the_file()
    {
        Tokenizer tokenizer = Tokenizer.From(Vocabularies.SentencePieceFacts(Words, ("add_space_prefix", false), ("add_bos_token", false)));

        Assert.Equal(["abc"], tokenizer.Encode("abc").Ids.Select(tokenizer.Piece));
        Assert.Equal(" a", tokenizer.Decode(tokenizer.Encode(" a").Ids));
    }

    [Fact]
    public void A_word_is_not_cut_where_a_token_reaches_over_a_space()
    {
        Tokenizer tokenizer = Vocabularies.SentencePiece([.. Words, ("c▁", -5, TokenKind.Normal), ("c▁b", -0.5f, TokenKind.Normal)]);

        Assert.Equal(["<s>", "▁", "c▁b"], tokenizer.Encode("c b").Ids.Select(tokenizer.Piece));
        Assert.Equal([(0, 0), (0, 0), (0, 3)], tokenizer.Encode("c b").ByteRanges);
    }

    [Fact]
    public void Without_byte_tokens_a_stranger_is_the_unknown_token()
    {
        Tokenizer tokenizer =
            Vocabularies.SentencePiece(("<unk>", 0, TokenKind.Unknown), ("<s>", 0, TokenKind.Control), ("</s>", 0, TokenKind.Control),
                ("▁", 0, TokenKind.Normal), ("a", 0, TokenKind.Normal));

        TokenizedText text = tokenizer.Encode("aéa");
        Assert.Equal([1, 3, 4, 0, 4], text.Ids);
        Assert.Equal([(0, 0), (0, 0), (0, 1), (1, 3), (3, 4)], text.ByteRanges);
    }

    [Fact]
    public void Broken_bytes_are_kept_as_bytes()
    {
        Tokenizer tokenizer = Vocabularies.SentencePiece(Words);

        Assert.Equal(["▁a", "<0xFF>", "<0x96>"], Pieces([(byte)'a', 0xFF, 0x96]));
        // as in the reference, the lead byte takes two bytes of the ▁ with it
        Assert.Equal(["▁", "<0xE2>", "<0xE2>", "<0x96>", "<0x81>", "a"], Pieces([0xE2, (byte)' ', (byte)'a']));

        IEnumerable<string> Pieces(byte[] text) => tokenizer.Encode(text, addBos: false).Ids.Select(tokenizer.Piece);
    }

    [Fact]
    public void Bytes_of_a_token_are_what_it_adds_to_the_text()
    {
        Tokenizer tokenizer = Vocabularies.SentencePiece(Words);

        Assert.Equal(" a"u8.ToArray(), tokenizer.Bytes(265).ToArray());
        Assert.Equal([0xC3], tokenizer.Bytes(3 + 0xC3).ToArray());
        Assert.All([0, 1, 2], id => Assert.Equal(0, tokenizer.Bytes(id).Length));
        Assert.Equal("▁a", tokenizer.Piece(265));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Bytes(10_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1]));
    }
}
