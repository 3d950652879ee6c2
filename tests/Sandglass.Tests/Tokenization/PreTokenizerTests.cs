using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class PreTokenizerTests
{
    private const string Word = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string LineAware =
        @"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string EastAsian = "[一-龥ࠀ-一가-\uD7FF]+";

    // as escapes, since editors like to normalise such letters; of those above U+FFFF the twin keeps only those letters, as U+E001
    private const string CasedLetters =
        @"A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386" +
        @"\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF" +
        @"\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4" +
        @"\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115" +
        @"\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE" +
        @"\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\uE001";

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
    public void Known_texts_fall_into_known_words(string name, string text, string words) =>
        Assert.Equal(words.Split('|'), Cut(PreTokenizer.Named(name)!, text));

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
