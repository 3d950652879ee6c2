using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class VocabularyTests
{
    private static readonly string[] Tokens = Vocabularies.ByteLevelTokens();

    public static TheoryData<string, (string, object)[]> Defects => new()
    {
        { "tokenizer-model", [] },
        { "tokenizer-model", [("model", "t5"), ("tokens", Tokens)] },
        { "tokenizer-missing", [("model", "gpt2")] },
        { "tokenizer-missing", [("model", "gpt2"), ("tokens", Tokens)] },
        { "tokenizer-missing", [("model", "llama")] },
        { "tokenizer-empty", [("model", "gpt2"), ("tokens", Array.Empty<string>()), ("merges", Tokens)] },
        { "tokenizer-pre", [("model", "gpt2"), ("tokens", Tokens), ("merges", Tokens), ("pre", "of-tomorrow")] },
        { "tokenizer-length", [("model", "gpt2"), ("tokens", Tokens), ("merges", Tokens), ("token_type", new int[255])] },
        { "tokenizer-length", [("model", "llama"), ("tokens", Tokens), ("scores", new float[257])] },
        { "tokenizer-length", [("model", "llama"), ("tokens", Tokens), ("scores", new string[257])] },
        { "metadata-kind", [("model", "llama"), ("tokens", (string[])["a"]), ("scores", (string[])["-1"])] },
        { "metadata-kind", [("model", "llama"), ("tokens", Tokens), ("scores", 1f)] },
        { "tokenizer-special", [("model", "llama"), ("tokens", (string[])["a", new string('b', 1 << 24)]), ("token_type", (int[])[4, 4])] },
        { "tokenizer-score", [("model", "llama"), ("tokens", (string[])["a"]), ("scores", (float[])[float.NaN])] },
        { "tokenizer-id", [("model", "gpt2"), ("tokens", Tokens), ("merges", Tokens), ("bos_token_id", 256u), ("add_bos_token", true)] },
        { "tokenizer-id", [("model", "llama"), ("tokens", Tokens), ("bos_token_id", 256u)] },
        { "tokenizer-id", [("model", "gpt2"), ("tokens", Tokens), ("merges", Tokens), ("eos_token_id", -1), ("add_eos_token", true)] },
        { "metadata-kind", [("model", "gpt2"), ("tokens", new int[3])] },
        { "metadata-kind", [("model", "gpt2"), ("tokens", Tokens), ("merges", Tokens), ("add_bos_token", "yes")] },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void A_defect_is_one_error_with_a_code(string code, (string, object)[] entries)
    {
        ModelFileException error = Assert.Throws<ModelFileException>(() => Tokenizer.From(Vocabularies.Metadata(entries)));

        Assert.Equal(code, error.Code);
        Assert.StartsWith("metadata tokenizer.ggml.", error.Field);
    }

    public static TheoryData<object> OddIds => [256u, -1, ulong.MaxValue, "two", 1.5f, (int[])[1]];

    [Theory]
    [MemberData(nameof(OddIds))]
    public void A_special_token_that_no_text_needs_may_be_named_wrongly(object id)
    {
        foreach (string key in (string[])["bos", "eos", "unknown", "eot", "eom", "fim_pre", "prefix", "fim_pad", "padding", "mask"])
        {
            Tokenizer tokenizer = Tokenizer.From(Vocabularies.Metadata(
                ("model", "gpt2"), ("tokens", Tokens), ("merges", (string[])[]), ("pre", "gpt-2"), ("add_bos_token", false), ($"{key}_token_id", id)));

            Assert.Equal(2, tokenizer.Encode("ab").Ids.Length);
            if (key is "padding" or "mask") Assert.Empty(tokenizer.Doubts);     // nothing here reads them
            else Assert.StartsWith($"tokenizer.ggml.{key}_token_id names none of the {Tokens.Length} tokens", Assert.Single(tokenizer.Doubts));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Scores_may_be_of_any_kind_of_number_or_missing(bool missing)
    {
        string[] tokens = ["<unk>", "<s>", "</s>", "a", "b", "c", "ab", "bc"];
        double[] scores = [0, 0, 0, -3, -3, -3, -2, -1];
        object[] lists =
        [
            scores, Array.ConvertAll(scores, s => (float)s), Array.ConvertAll(scores, s => (sbyte)s), Array.ConvertAll(scores, s => (short)s),
            Array.ConvertAll(scores, s => (int)s), Array.ConvertAll(scores, s => (long)s), Array.ConvertAll(scores, s => (ushort)(s + 3)),
            Array.ConvertAll(scores, s => (ulong)(s + 3)),
        ];
        foreach (object list in lists)
        {
            (string, object) scored = missing ? ("absent", list) : ("scores", list);
            Tokenizer tokenizer = Tokenizer.From(Vocabularies.Metadata(("model", "llama"), ("tokens", tokens), ("add_space_prefix", false), scored));

            Assert.Equal(missing ? [1, 6, 5] : [1, 3, 7], tokenizer.Encode("abc").Ids);        // without scores the leftmost pair goes first
            Assert.Equal(missing ? 1 : 0, tokenizer.Doubts.Count);
        }
    }

    [Fact]
    public void A_chat_model_that_names_no_pre_tokenizer_is_doubtful()
    {
        (string, object)[] plain = [("model", "gpt2"), ("tokens", Tokens), ("merges", (string[])[])],
            chat = [.. plain, ("tokenizer.chat_template", "{{ messages }}")];

        Assert.Empty(Tokenizer.From(Vocabularies.Metadata(plain)).Doubts);
        Assert.Contains("pre-tokenizer", Assert.Single(Tokenizer.From(Vocabularies.Metadata(chat)).Doubts));
        Assert.Empty(Tokenizer.From(Vocabularies.Metadata([.. chat, ("pre", "gpt-2")])).Doubts);
    }

    [Fact]
    public void Odd_vocabularies_work_in_a_defined_way()
    {
        // empty tokens, equal tokens, a token of kind 99, byte tokens that are none, a special token that is empty
        Tokenizer tokenizer = Tokenizer.From(Vocabularies.Metadata(
            ("model", "llama"), ("tokens", (string[])["", "", "a", "a", "<0xZZ>", "<0x4", "b"]), ("scores", new float[7]),
                ("token_type", (int[])[3, 1, 1, 1, 6, 6, 99]), ("eos_token_id", 0u)));

        Assert.Equal("[EMPTY_0]", tokenizer.Piece(0));
        Assert.Equal([3, 6], tokenizer.Encode("ab", addBos: false).Ids[^2..]);
        Assert.Equal("aa", tokenizer.Decode([2, 3, 4, 5, 6]));
        Assert.Equal(TokenKind.Undefined, tokenizer.Kind(6));
    }

    [Fact]
    public void Random_vocabularies_and_broken_texts_do_no_harm()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            WildText wild = new(seed);
            string[] tokens =
                [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
                    random.Next(3) == 0 ? wild.Next(random.Next(12)) : new string((char)('a' + random.Next(3)), random.Next(4)) + "▁ĠĊ<"[random.Next(4)])];
            Tokenizer tokenizer = Tokenizer.From(Vocabularies.Metadata(
                ("model", seed % 2 == 0 ? "gpt2" : "llama"), ("tokens", tokens), ("token_type", tokens.Select(_ => random.Next(-1, 8)).ToArray()),
                ("scores", tokens.Select(_ => random.Next(4) == 0 ? float.NegativeInfinity : random.Next(-9, 9) / 3f).ToArray()),
                ("merges", Enumerable.Range(0, 80).Select(_ => tokens[random.Next(tokens.Length)] + " " + tokens[random.Next(tokens.Length)]).ToArray()),
                ("add_eos_token", true), ("general.name", seed % 3 == 0 ? "phi3" : "x")));

            byte[] text = [.. wild.NextBroken(200), .. System.Text.Encoding.UTF8.GetBytes(string.Concat(tokens)), .. "abcabcaabbcc"u8];
            foreach (bool special in (bool[])[true, false])
            {
                TokenizedText encoded = tokenizer.Encode(text, parseSpecial: special);
                Assert.All(encoded.Ids, id => Assert.InRange(id, 0, tokens.Length - 1));
                Assert.All(encoded.ByteRanges, range => Assert.True(range.From <= range.To && range.To <= text.Length));
                Assert.All(encoded.ByteRanges.Zip(encoded.ByteRanges.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From));
                tokenizer.Decode(encoded.Ids);
            }
        }
    }

    [Fact]
    public void Numbers_of_any_stored_width_are_read()
    {
        Tokenizer tokenizer = Tokenizer.From(Vocabularies.Metadata(
            ("model", "llama"), ("tokens", (string[])["<unk>", "a", "b", "ab"]), ("scores", (int[])[0, -1, -2, -3]), ("token_type", (byte[])[2, 1, 1, 1]),
                ("bos_token_id", 1UL), ("add_space_prefix", false)));

        Assert.Equal([1, 3], tokenizer.Encode("ab").Ids);
    }

    [Fact]
    public void Known_end_tokens_end_the_text_whatever_the_file_calls_them()
    {
        Tokenizer tokenizer =
            Vocabularies.ByteLevel("gpt-2", [], ("<|im_end|>", TokenKind.Normal), ("<|endoftext|>", TokenKind.Control), ("<|im_start|>", TokenKind.Control),
                ("<|fim_pad|>", TokenKind.UserDefined));

        Assert.Equal([256, 257, 259], tokenizer.EndIds.Order());
        Assert.Equal(TokenKind.Control, tokenizer.Kind(256));
        Assert.Equal([256], tokenizer.Encode("<|im_end|>").Ids);
        Assert.Equal("", tokenizer.Decode([256, 257, 258, 259]));
    }

    [Fact]
    public void An_end_mark_inside_the_turn_is_no_end_token_where_others_end_it()
    {
        Tokenizer harmony =
            Vocabularies.ByteLevel("gpt-2", [], ("<|return|>", TokenKind.Control), ("<|call|>", TokenKind.Control), ("<|end|>", TokenKind.Control),
                ("<|channel|>", TokenKind.Control));

        Assert.Equal([256, 257], harmony.EndIds.Order());
        Assert.Equal("<|end|><|channel|>", harmony.Decode([258, 259]));
    }

    [GoldenFact]
    public void SmolLM2_ends_with_both_of_its_marks_and_begins_with_nothing()
    {
        Tokenizer tokenizer = Vocabularies.Shared("models", "SmolLM2-135M-Instruct.Q4_1.gguf");

        Assert.Equal(49152, tokenizer.VocabularySize);
        Assert.Superset(new HashSet<int> { 0, 2 }, tokenizer.EndIds.ToHashSet());
        Assert.DoesNotContain(1, tokenizer.EndIds);     // <|im_start|>
        Assert.False(tokenizer.AddsBos);
        Assert.True(tokenizer.HasChatTemplate);
    }
}
