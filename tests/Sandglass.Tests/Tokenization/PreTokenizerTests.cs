using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class PreTokenizerTests
{
    private const string Word = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string LineAware = @"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string EastAsian = "[一-龥ࠀ-一가-\uD7FF]+";

    // of the letters above U+FFFF the listing has only those that the twin writes as A
    private const string CasedLetters = "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼ\u1FBEῂ-ῄῆ-ῌῐ-\u1FD3ῖ-\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ";

    public static TheoryData<string, string[]> Patterns => new()
    {
        { "gpt-2", [Word] },
        { "mpt", [Word] },
        { "smollm", [@"\p{N}", Word] },
        { "starcoder", [@"\p{N}", Word] },
        { "refact", [@"\p{N}", Word] },
        { "command-r", [@"\p{N}", Word] },
        { "llama-bpe", [LineAware] },
        { "qwen2", [LineAware.Replace("{1,3}", "")] },
        { "deepseek-llm", ["[\r\n]", $@"\s?[{CasedLetters}]+", @"\s?[!-/:-~！-／：-～‘-‟　-。]+", @"\s+\z", EastAsian, @"\p{N}+"] },
        { "deepseek-coder", ["[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", EastAsian, @"\p{N}"] },
        { "falcon", [@"[\p{P}\$\+<=>\^~\|`]+", Word, "[0-9][0-9][0-9]"] },
        { "default", [@"[\p{P}\$\+<=>\^~\|]+", Word, @"\p{N}+", "[0-9][0-9][0-9]"] },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Scanner_cuts_where_the_regular_expressions_cut(string name, string[] patterns)
    {
        PreTokenizer preTokenizer = PreTokenizer.Named(name)!;
        RegexTwin twin = new(patterns);
        for (int seed = 0; seed < 300; seed++)
        {
            string text = new WildText(seed).Next(seed % 10 == 0 ? 2000 : 60);
            Assert.Equal(twin.Cut(text), Cut(preTokenizer, text));
        }
    }

    [Theory]
    [InlineData("gpt-2", "I'll pay $1234 now.\n\n  Why?  ", "I|'ll| pay| $|1234| now|.|\n\n | Why|?|  ")]
    [InlineData("smollm", "in 1984's", "in| |1|9|8|4|'s")]
    [InlineData("llama-bpe", "I'LL pay $12345.\n\n  Why?", "I|'LL| pay| $|123|45|.\n\n| | Why|?")]
    [InlineData("qwen2", "x=12\t\ty", "x|=|1|2|\t|\ty")]
    [InlineData("falcon", "a 12345`$", "a| |123|45|`$")]
    [InlineData("deepseek-llm", "café 12 一二 ", "caf|é| |12| |一二| ")]
    public void Known_texts_fall_into_known_words(string name, string text, string words) => Assert.Equal(words.Split('|'), Cut(PreTokenizer.Named(name)!, text));

    [Fact]
    public void Every_code_point_has_the_class_of_Unicode_15_1()
    {
        // counted in the reference's own table; a runtime with a newer Unicode must not change what a model sees
        Dictionary<CharacterClass, int> counts = Enumerable.Range(0, 0x110000).CountBy(CharacterTable.Of).ToDictionary();

        Assert.Equal(25, counts[CharacterClass.White]);
        Assert.Equal(136726, counts[CharacterClass.Letter]);
        Assert.Equal(1831, counts[CharacterClass.Number]);
        Assert.Equal(842, counts[CharacterClass.Punctuation]);
        Assert.Equal(7775, counts[CharacterClass.Symbol]);
    }

    private static List<string> Cut(PreTokenizer preTokenizer, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        List<string> words = [];
        PreTokenizer.Words cut = preTokenizer.Cut(utf8);
        while (cut.MoveNext()) words.Add(Encoding.UTF8.GetString(utf8[cut.From..cut.To]));
        return words;
    }
}
