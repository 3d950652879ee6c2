using System.Diagnostics;
using System.Text;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

public class LongTextTests
{
    // No measure of speed: a quadratic way needs a quarter of an hour for these (10^12 steps), the linear one a second or two, also on a machine that is busy
    // with other things.
    private static readonly TimeSpan Generous = TimeSpan.FromMinutes(3);

    public static TheoryData<string> Units => ["a", " ", "ab", "7", "1234567890", "🦙", "\n", "\r\n", "'", "<|", "想", "▁", " a", "é\n"];

    [Theory]
    [MemberData(nameof(Units))]
    public void A_megabyte_of_one_thing_takes_no_long_time(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, (1 << 20) / Encoding.UTF8.GetByteCount(unit)));
        string[] merges = ["a a", "aa aa", "a b", "ab ab", "Ġ Ġ", "ĠĠ ĠĠ", "7 7", "Ċ Ċ"];
        (string, TokenKind)[] added =
            [("<|end|>", TokenKind.Control), ("      ", TokenKind.UserDefined), ("  ", TokenKind.UserDefined), ("abababab", TokenKind.UserDefined)];
        (string, float, TokenKind)[] pieces =
            [.. Vocabularies.SentencePieceBase, ("▁", -9, TokenKind.Normal), ("▁▁", -1, TokenKind.Normal), ("▁▁▁▁", -2, TokenKind.Normal),
                ("a", -3, TokenKind.Normal), ("aa", -3, TokenKind.Normal), ("b▁", -3, TokenKind.Normal)];

        Stopwatch watch = Stopwatch.StartNew();
        foreach (string pre in (string[])["gpt-2", "smollm", "llama-bpe", "deepseek-llm", "default"])
            RoundTrip(Vocabularies.ByteLevel(pre, merges, added), text);
        RoundTrip(Vocabularies.SentencePiece(pieces), text);
        Assert.True(watch.Elapsed < Generous, $"took {watch.Elapsed}");
    }

    private static void RoundTrip(Tokenizer tokenizer, string text)
    {
        string decoded = tokenizer.Decode(tokenizer.Encode(text).Ids);
        Assert.True(text.Replace('▁', ' ') == decoded.Replace('▁', ' '), "the text does not come back");
    }
}
