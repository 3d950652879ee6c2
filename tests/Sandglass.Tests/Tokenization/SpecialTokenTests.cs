using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class SpecialTokenTests
{
    [Theory]
    [InlineData("x<s>y", "<s>@1")]
    [InlineData("abcde", "a@0 bcde@1")]         // the longer one first, though abc begins earlier
    [InlineData("abcabc", "abc@0 abc@3")]
    [InlineData("aaaaa", "aa@0 aa@2 a@4")]
    [InlineData("caab", "ca@0 ab@2")]           // aa has the highest id of its length
    [InlineData("none", "")]
    public void The_longest_token_takes_its_places_first(string text, string expected) =>
        Assert.Equal(expected, Show(Finder("<s>", "abc", "bcde", "a", "ab", "ca", "aa"), text));

    [Fact]
    public void Places_equal_those_of_the_obvious_search()
    {
        Random random = new(5);
        for (int round = 0; round < 400; round++)
        {
            string[] tokens = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Letters(random, random.Next(1, 6))).Distinct()];
            string text = Letters(random, random.Next(1, 80));
            Assert.Equal(Obvious(tokens, text), Show(Finder(tokens), text));
        }
    }

    [Fact]
    public void Control_tokens_are_text_unless_special_is_parsed()
    {
        Tokenizer tokenizer = Vocabularies.ByteLevel("gpt-2", [], ("<|go|>", TokenKind.Control), ("<tool>", TokenKind.UserDefined));

        Assert.Equal([256, 'a', 257], Ids(tokenizer.Encode("<|go|>a<tool>")));
        Assert.Equal([.. "<|go|>a"u8.ToArray().Select(value => (int)value), 257], Ids(tokenizer.Encode("<|go|>a<tool>", parseSpecial: false)));

        // the alphabet begins with U+0000 as U+0100, so ids are bytes
        static IEnumerable<int> Ids(TokenizedText text) => text.Ids;
    }

    [Fact]
    public void A_mark_of_Phi_3_swallows_the_white_space_behind_it()
    {
        (string, float, TokenKind)[] tokens =
            [.. Vocabularies.SentencePieceBase, ("<|end|>", 0, TokenKind.Control), ("▁", 0, TokenKind.Normal), ("a", 0, TokenKind.Normal)];
        Tokenizer phi = Tokenizer.From(Vocabularies.SentencePieceFacts(tokens, ("general.name", "Phi-3 mini"), ("add_bos_token", false)));
        Tokenizer other = Tokenizer.From(Vocabularies.SentencePieceFacts(tokens, ("general.name", "Llama"), ("add_bos_token", false)));

        TokenizedText text = phi.Encode("<|end|> \n\na</s>\t<s> ");
        Assert.Equal(["<|end|>", "▁", "a", "</s>", "<s>", "▁", "▁"], text.Ids.Select(phi.Piece));
        Assert.Equal([(0, 10), (10, 10), (10, 11), (11, 16), (16, 19), (19, 19), (19, 20)], text.ByteRanges);
        Assert.Equal(["<|end|>", "▁", "▁", "<0x0A>", "<0x0A>", "a"], other.Encode("<|end|> \n\na").Ids.Select(other.Piece));
    }

    private static string Letters(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(3))));

    private static SpecialTokens Finder(params string[] tokens)
    {
        Vocabulary vocabulary = new(Vocabularies.Metadata(("tokens", tokens)));
        return new SpecialTokens(vocabulary, [.. Enumerable.Range(0, tokens.Length)], _ => false);
    }

    private static string Show(SpecialTokens finder, string text) =>
        string.Join(' ', finder.Find(Encoding.UTF8.GetBytes(text)).Select(match => $"{text[match.From..match.To]}@{match.From}"));

    private static string Obvious(string[] tokens, string text)
    {
        char[] rest = text.ToCharArray();
        List<(int From, string Token)> found = [];
        foreach (string token in tokens.OrderByDescending(token => token.Length))
        {
            for (int at = 0; (at = new string(rest).IndexOf(token, at, StringComparison.Ordinal)) >= 0; at += token.Length)
            {
                found.Add((at, token));
                Array.Fill(rest, '#', at, token.Length);
            }
        }
        return string.Join(' ', found.OrderBy(match => match.From).Select(match => $"{match.Token}@{match.From}"));
    }
}
