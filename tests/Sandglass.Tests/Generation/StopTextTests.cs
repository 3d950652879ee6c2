using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

public class StopTextTests
{
    [Fact]
    public void What_may_still_become_a_stop_text_is_held_back_and_let_go_when_it_does_not()
    {
        StopText text = new(StopTexts.Of(["###"]));

        Assert.Equal("one ", text.Append("one #"));
        Assert.Equal("", text.Append("#"));
        Assert.Equal("## two", text.Append(" two"));
        Assert.False(text.Found);
    }

    [Fact]
    public void A_stop_text_that_overlaps_its_own_beginning_is_found()
    {
        StopText text = new(StopTexts.Of(["aab"]));

        Assert.Equal("", text.Append("a"));
        Assert.Equal("", text.Append("a"));
        Assert.Equal("a", text.Append("a")); // of "aaa" only the last two may begin "aab"
        Assert.Equal("", text.Append("b"));
        Assert.True(text.Found);
        Assert.Equal("", text.Flush());
    }

    [Fact]
    public void Of_two_stop_texts_in_one_token_the_one_that_begins_first_cuts()
    {
        StopText text = new(StopTexts.Of(["cd", "bcx", "abcd"]));

        Assert.Equal("_", text.Append("_abcdef"));
        Assert.True(text.Found);
    }

    [Fact]
    public void What_is_held_back_at_the_end_is_given_up()
    {
        StopText text = new(StopTexts.Of(["END"]));

        Assert.Equal("", text.Append("EN"));
        Assert.Equal("EN", text.Flush());
        Assert.Equal("", text.Flush());
    }

    [Fact]
    public void Nothing_leaks_and_nothing_waits_longer_than_it_must_in_any_text_of_three_letters()
    {
        string[][] stops = [["aab"], ["abab"], ["ba", "aab"], ["abcab", "cc"], ["a"], ["bb", "bbb"], ["abca", "bcb"]];
        uint seed = 3;
        for (int round = 0; round < 4000; round++)
        {
            string[] stop = stops[round % stops.Length];
            StopText filter = new(StopTexts.Of(stop));
            string seen = "", shown = "";
            while (seen.Length < 24 && !filter.Found)
            {
                string piece = "";
                for (uint length = Next(ref seed) % 4; piece.Length < length;) piece += "abc"[(int)(Next(ref seed) % 3)];
                string before = seen;
                seen += piece;
                shown += filter.Append(piece);

                // by brute force: where the first stop text begins, else the longest end that may become one
                int cut = stop.Select(s => seen.IndexOf(s, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
                Assert.Equal(cut >= 0, filter.Found);
                int held = cut >= 0 ? seen.Length - cut : Enumerable.Range(0, seen.Length + 1)
                    .Last(n => stop.Any(s => n < s.Length && s.StartsWith(seen[^n..], StringComparison.Ordinal)));
                Assert.True(shown == seen[..^held], $"{string.Join('|', stop)}: of {before}+{piece} {shown} was shown");
            }
            if (!filter.Found) Assert.Equal(seen, shown + filter.Flush());
        }
    }

    public static TheoryData<GenerationOptions, string> TooMuch => new()
    {
        { new() { Stop = [.. Enumerable.Range(0, 1001).Select(i => $"{i}")] }, "Stop" },
        { new() { Stop = [new string('a', 1001)] }, "Stop" },
        { new() { Stop = [.. Enumerable.Range(0, 100).Select(i => $"{i} {new string('a', 700)}")] }, "Stop" },
        { new() { Stop = [null!] }, "Stop" },
        { new() { EndIds = new int[101] }, "EndIds" },
        { new() { LoopNgram = 4097 }, "LoopNgram" },
        { new() { Logprobs = 1001 }, "Logprobs" },
    };

    [Theory, MemberData(nameof(TooMuch))]
    public void What_a_request_holds_is_bounded(GenerationOptions options, string option) =>
        Assert.Equal(option, Assert.Throws<GenerationException>(options.Validate).Option);

    // each character of such a text was compared with the beginnings of all of them
    [Fact]
    public void As_many_stop_texts_as_may_be_cost_a_character_no_more_than_one()
    {
        string[] many = [.. Enumerable.Range(0, 1000).Select(i => $"{new string('a', 60)}{i}")];
        StopTexts.Validate(many);
        StopTexts stops = StopTexts.Of(many);
        int state = 0;
        foreach (char next in new string('a', 70) + "99") state = stops.Next(state, next);
        Assert.Equal((62, 62), (stops.Held(state), stops.Found(state)));    // "…99"; "…999" may come yet, and "…9" was longer before
        StopText text = new(stops);
        Assert.Equal(new string('a', 10), text.Append(new string('a', 70)));
        Assert.Equal("", text.Append("99"));
        Assert.True(text.Found);
    }

    private static uint Next(ref uint seed) => (seed = seed * 1664525 + 1013904223) >> 16;
}
