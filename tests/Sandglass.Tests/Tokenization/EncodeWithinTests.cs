using System.Text;
using Sandglass.Chat;
using Sandglass.ModelFiles;
using Sandglass.Tokenization;
using TokenKind = Sandglass.Tokenization.TokenKind;

namespace Sandglass.Tests.Tokenization;

/// <summary>Who can use only so many tokens gets the same ones, or a number that they reach at least.</summary>
public class EncodeWithinTests
{
    private static readonly Tokenizer[] All =
    [
        Embedded("grain-1m"),
        Embedded("grain-6m"),
        Vocabularies.ByteLevel("gpt-2", ["a a", "aa aa", "Ġ Ġ", "' s"], ("<|end|>", TokenKind.Control), ("    ", TokenKind.UserDefined)),
        Vocabularies.ByteLevel("smollm", ["a b"]),
        WithoutSomeBytes(),
        Vocabularies.SentencePiece([.. Vocabularies.SentencePieceBase, ("▁", -9, TokenKind.Normal), ("▁▁▁▁", -1, TokenKind.Normal), ("▁▁", -1, TokenKind.Normal)]),
        Vocabularies.SentencePiece(("<unk>", 0, TokenKind.Unknown), ("<s>", 0, TokenKind.Control), ("</s>", 0, TokenKind.Control), ("▁", -1, TokenKind.Normal)),
        WithoutUnknown(),
        Swallowing(),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void The_ids_are_those_of_the_whole_text_or_there_are_as_many_at_least(int number)
    {
        Tokenizer tokenizer = All[number];
        for (int seed = 0; seed < 60; seed++)
        {
            string text = new WildText(seed).Next(seed * 2) + string.Concat(Enumerable.Repeat(Units[seed % Units.Length], seed * 5));
            int[] whole = tokenizer.Encode(text, parseSpecial: seed % 2 == 0).Ids;
            Assert.InRange(tokenizer.LeastTokens(text), 0, whole.Length);
            foreach (int most in (int[])[0, 1, whole.Length / 2, whole.Length - 1, whole.Length, whole.Length + 1, int.MaxValue])
            {
                if (most < 0) continue;
                IdsWithin within = tokenizer.EncodeWithin(text, null, most, addBos: true, parseSpecial: seed % 2 == 0);
                if (whole.Length <= most) Assert.Equal(whole, within.Ids);
                else Assert.True(within.Ids is null && within.Count > most && within.Count <= whole.Length, $"{text}: {within}, {most}, {whole.Length}");
            }
        }
    }

    [Fact]
    public void A_text_in_parts_is_bounded_in_the_same_way()
    {
        Tokenizer tokenizer = All[2];
        ChatPrompt prompt = new("<|end|>aaaa<|end|>aa", [new(7, true), new(11, false), new(2, true)]);
        int[] whole = prompt.Encode(tokenizer).Ids;

        Assert.Equal(whole, prompt.EncodeWithin(tokenizer, whole.Length, CancellationToken.None).Ids);
        Assert.Null(prompt.EncodeWithin(tokenizer, whole.Length - 1, CancellationToken.None).Ids);
    }

    [Fact]
    public void The_length_of_a_text_alone_says_that_it_has_too_many()
    {
        Tokenizer tokenizer = All[0];
        string text = new('a', 1 << 22);
        IdsWithin within = tokenizer.EncodeWithin(text, null, 100, addBos: true, parseSpecial: true, new CancellationToken(canceled: true));   // nothing is begun

        Assert.Equal(tokenizer.LeastTokens(text), within.Count);
        Assert.InRange(within.Count, 1000, text.Length);
    }

    /// <summary>A long text is measured in pieces, which are not cut inside a character.</summary>
    [Fact]
    public void A_text_of_nothing_but_the_longest_token_has_as_many_of_it_as_its_length_says()
    {
        string Letters(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(ByteAlphabet.Letter));
        string llama = Letters("🦙"), lost = Letters("\uFFFD");
        Tokenizer tokenizer = Tokenizer.From(Vocabularies.Metadata(
            ("model", "gpt2"), ("tokens", (string[])[.. (llama + lost).Select(letter => letter.ToString()), llama[..2], llama[2..], llama]),
            ("token_type", Enumerable.Repeat(1, 10).ToArray()),
            ("merges", (string[])[$"{llama[0]} {llama[1]}", $"{llama[2]} {llama[3]}", $"{llama[..2]} {llama[2..]}"])));
        string text = "a" + string.Concat(Enumerable.Repeat("🦙", 600));        // of the first one there is no token

        Assert.Equal(600, tokenizer.Encode(text).Ids.Length);
        Assert.Equal(600, tokenizer.LeastTokens(text));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a b ")]
    public void Long_work_ends_when_nobody_wants_it_any_more(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 200_000 / unit.Length));
        foreach (Tokenizer tokenizer in All)
        {
            using CancellationTokenSource cancellation = new();
            int[] whole = tokenizer.Encode(text).Ids;
            cancellation.Cancel();

            Assert.ThrowsAny<OperationCanceledException>(() => tokenizer.EncodeWithin(text, null, int.MaxValue, true, true, cancellation.Token));
            Assert.Equal(whole, tokenizer.Encode(text).Ids);       // and nothing of it is left in the buffers
        }
    }

    [Fact]
    public void Work_that_has_begun_ends_between_two_words_and_inside_a_long_one()
    {
        using CancellationTokenSource cancellation = new();
        TokenSink words = new(16, cancellation: cancellation.Token);
        PairMerger merger = new() { Cancellation = cancellation.Token };
        Span<Symbol> symbols = merger.Room(100_000);
        for (int i = 0; i < symbols.Length; i++) symbols[i] = new Symbol { From = i, Length = 1, Id = 0 };
        cancellation.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => Enumerable.Range(0, 10_000).Any(at => words.IsBeyond(1, at)));
        Assert.ThrowsAny<OperationCanceledException>(() => merger.Merge(100_000, new Always()).Length);
    }

    private static string[] Units { get; } = ["a", " ", "▁", "s's", "<|end|>", "🦙", "<|end|>   ", "想", "é \n", "aaaaaaaaab"];

    private static Tokenizer Embedded(string name)
    {
        using ModelFile file = EmbeddedModels.Open(name);
        return Tokenizer.From(file.Metadata);
    }

    // nothing stands for most bytes, so a long text may have no tokens
    private static Tokenizer WithoutSomeBytes() => Tokenizer.From(Vocabularies.Metadata(
        ("model", "gpt2"), ("tokens", (string[])["a", "b", "aa"]), ("token_type", (int[])[1, 1, 1]), ("merges", (string[])["a a"])));

    private static Tokenizer WithoutUnknown() => Tokenizer.From(Vocabularies.SentencePieceFacts(
        [("a", -1, TokenKind.Normal), ("<s>", 0, TokenKind.Control), ("</s>", 0, TokenKind.Control), ("b", -1, TokenKind.Normal)],
        ("unknown_token_id", (object)99)));

    // its special tokens take all white space that follows
    private static Tokenizer Swallowing() => Tokenizer.From(Vocabularies.SentencePieceFacts(
        [.. Vocabularies.SentencePieceBase, ("<|end|>", 0, TokenKind.Control), ("▁", -1, TokenKind.Normal)], ("general.name", (object)"Phi-3")));

    private readonly struct Always : IMergeRule
    {
        public bool MayMerge(in Symbol left, in Symbol right, out uint order, out int merged)
        {
            (order, merged) = (0, 0);
            return true;
        }
    }
}
