using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

// Four tokens: token 0 has 0.1, 1 has 0.4, 2 has 0.3, 3 has 0.2.
public class RuleTests
{
    private static readonly double[] P = [0.1, 0.4, 0.3, 0.2];
    private static readonly float[] Four = Rows.Of(P);

    [Fact]
    public void A_bias_multiplies_a_tokens_odds()
    {
        Candidates left = Run(Four, [], new LogitBias(new Dictionary<int, double> { [0] = Math.Log(6), [1] = -Math.Log(2) }));
        Steps.Same([0.6 / 1.3, 0.2 / 1.3, 0.3 / 1.3, 0.2 / 1.3], left);
    }

    [Fact]
    public void A_bias_of_any_size_stays_a_number_and_frees_nothing_that_the_model_forbids()
    {
        float[] row = [float.NegativeInfinity, 3e38f, 1, -3e38f];
        Candidates left = Run(row, [], new LogitBias(new Dictionary<int, double> { [0] = 9, [1] = 1e300, [3] = -1e300 }));
        Assert.Equal([float.NegativeInfinity, float.MaxValue, 1, float.MinValue], Enumerable.Range(0, 4).Select(id => left[id]));
    }

    [Fact]
    public void Allowed_ids_alone_are_left_and_banned_ones_are_not()
    {
        Steps.Same([0.1 / 0.4, 0, 0.3 / 0.4, 0], Run(Four, [], new Allowed([2, 0])));
        Steps.Same([0.1 / 0.3, 0, 0, 0.2 / 0.3], Run(Four, [], new Banned([1, 2, 1])));
        Steps.Same(P, Run(Four, [], new Allowed(null)));
    }

    // a filter named before a rule may leave only what the rule forbids: an error, and never the forbidden token
    [Fact]
    public void What_must_never_be_chosen_is_not_chosen_where_nothing_else_is_left()
    {
        SamplerStep[] rules = [new Allowed([0, 2]), new Banned([1]), new MinTokens(2, promptLength: 3, [1])];
        Assert.All(rules, rule => Assert.Equal("Samplers", Assert.Throws<SamplingException>(() => Steps.Run(Four, [0, 0, 0], new TopK(1), rule)).Option));
        Assert.All(rules, rule => Assert.Equal([2], Steps.Run(Four, [0, 0, 0], rule, new TopK(1)).Ids.ToArray()));
    }

    [Fact]
    public void No_end_comes_before_so_many_tokens()
    {
        var step = new MinTokens(2, promptLength: 3, [1]);
        Steps.Same([0.1 / 0.6, 0, 0.3 / 0.6, 0.2 / 0.6], Run(Four, [0, 0, 0, 2], step));
        Steps.Same(P, Run(Four, [0, 0, 0, 2, 2], step));
    }

    [Theory]
    [InlineData(1, new[] { 1, 2 }, new[] { 0, 3 })]
    [InlineData(2, new[] { 1, 2, 3, 1 }, new[] { 0, 1, 3 })]
    [InlineData(2, new[] { 1, 1 }, new[] { 0, 2, 3 })]
    [InlineData(3, new[] { 1, 2, 3, 0, 1, 2 }, new[] { 0, 1, 2 })]
    [InlineData(3, new[] { 1, 2, 3, 1, 2, 0, 1, 2 }, new[] { 1, 2 })]
    [InlineData(3, new[] { 1, 2 }, new[] { 0, 1, 2, 3 })]
    [InlineData(4, new[] { 1, 1, 1 }, new[] { 0, 1, 2, 3 })]
    [InlineData(4, new[] { 1, 1, 1, 1 }, new[] { 0, 2, 3 })]
    [InlineData(0, new[] { 1, 1 }, new[] { 0, 1, 2, 3 })]
    [InlineData(1, new[] { 0, 1, 2, 3 }, new[] { 0, 1, 2, 3 })]      // what would leave nothing takes nothing
    public void No_run_of_n_tokens_comes_twice(int n, int[] text, int[] kept) => Assert.Equal(kept, Run(Four, text, new NoRepeatNgram(n)).Ids.ToArray());

    [Fact]
    public void No_run_of_n_tokens_finds_what_a_plain_search_finds()
    {
        var random = new Random(8);
        for (int round = 0; round < 400; round++)
        {
            int n = random.Next(1, 7);
            int[] text = [.. Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(round % 3 + 1))];
            HashSet<int> ends = [.. Enumerable.Range(0, Math.Max(0, text.Length - n + 1))
                .Where(at => text.AsSpan(at, n - 1).SequenceEqual(text.AsSpan(text.Length - n + 1))).Select(at => text[at + n - 1])];
            Assert.Equal(Enumerable.Range(0, 4).Except(ends), Run(Four, text, new NoRepeatNgram(n)).Ids.ToArray());
        }
    }

    [Fact]
    public void Breakers_are_found_as_a_plain_search_finds_them()
    {
        var random = new Random(4);
        for (int round = 0; round < 400; round++)
        {
            int[][] runs = [.. Enumerable.Range(0, random.Next(1, 6))
                .Select(_ => Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4)).ToArray())];
            int[] text = [.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(6))];
            int since = text.Length;
            for (int at = text.Length - 1; at >= 0 && since == text.Length; at--)
            {
                int longest = runs.Where(run => text.AsSpan(at).StartsWith(run)).Select(run => run.Length).DefaultIfEmpty(0).Max();
                if (longest > 0) since = text.Length - at - longest;
            }
            var breakers = new SequenceBreakers(runs);
            if (since != text.Length) Assert.Equal(since, new LastBreaker(breakers).TokensSince(text, 0, isGrown: false));
            Assert.All(Enumerable.Range(0, 6), id => Assert.Equal(runs.Any(run => run is [int only] && only == id), breakers.IsBreaker(id)));
        }
    }

    [Fact]
    public void The_repetition_penalty_counts_a_token_once_and_always_makes_it_less_likely()
    {
        Candidates left = Run([2, -2, 1, 0], [0, 1, 0, 0, 3], new Penalties(2, 0, 0, null));
        Assert.Equal([1, -4, 1, 0], Enumerable.Range(0, 4).Select(id => left[id]));
    }

    [Fact]
    public void Frequency_counts_each_time_presence_once_within_the_window()
    {
        Candidates left = Run([2, -2, 1, 0], [3, 0, 1, 0], new Penalties(1, 0.5, 0.25, null));
        Assert.Equal([0.75f, -2.75f, 1, -0.75f], Enumerable.Range(0, 4).Select(id => left[id]));
        left = Run([2, -2, 1, 0], [3, 0, 1, 0], new Penalties(2, 0.5, 0.25, window: 2));
        Assert.Equal([0.25f, -4.75f, 1, 0], Enumerable.Range(0, 4).Select(id => left[id]));
    }

    [Fact]
    public void A_penalty_in_probabilities()
    {
        // token 1 came twice: its odds fall by e^(2 ln 2) = 4, so 0.1 beside 0.1, 0.3 and 0.2
        Steps.Same([1 / 7.0, 1 / 7.0, 3 / 7.0, 2 / 7.0], Run(Four, [1, 1], new Penalties(1, Math.Log(2), 0, null)));
    }

    // the text ends in 1 2, which was followed by 3 before (length 2), and in 2, which was followed by 0 as well (length 1)
    [Fact]
    public void Dry_makes_the_continuation_of_a_repetition_less_likely()
    {
        int[] text = [1, 2, 3, 0, 2, 0, 1, 2];
        Candidates left = Run([0, 0, 0, 0], text, new Dry(0.5, 2, 1, null, SequenceBreakers.None));
        Assert.Equal([-0.5f, 0, 0, -1], Enumerable.Range(0, 4).Select(id => left[id]));
        left = Run([0, 0, 0, 0], text, new Dry(0.5, 2, 2, null, SequenceBreakers.None));
        Assert.Equal([0, 0, 0, -0.5f], Enumerable.Range(0, 4).Select(id => left[id]));
        left = Run([0, 0, 0, 0], text, new Dry(0.5, 2, 1, window: 5, SequenceBreakers.None));
        Assert.Equal([-0.5f, 0, 0, 0], Enumerable.Range(0, 4).Select(id => left[id]));
    }

    [Fact]
    public void Dry_sees_no_repetition_over_a_breaker_and_spares_the_breaker()
    {
        int[] text = [1, 2, 3, 0, 1, 2];
        Candidates left = Run([0, 0, 0, 0], text, new Dry(0.5, 2, 1, null, new SequenceBreakers([[1]])));
        Assert.Equal([0, 0, 0, -0.5f], Enumerable.Range(0, 4).Select(id => left[id]));           // only the 2 behind the breaker counts
        left = Run([0, 0, 0, 0], text, new Dry(0.5, 2, 1, null, new SequenceBreakers([[3]])));
        Assert.Equal([0, 0, 0, 0], Enumerable.Range(0, 4).Select(id => left[id]));
    }

    [Fact]
    public void Dry_finds_what_a_plain_search_finds()
    {
        var random = new Random(3);
        for (int round = 0; round < 300; round++)
        {
            int[] text = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(round % 3 + 2))];
            Candidates left = Run(new float[4], text, new Dry(1, 1.5, 1 + round % 2, null, SequenceBreakers.None));
            for (int id = 0; id < 4; id++)
            {
                int longest = 0;
                for (int at = 1; at < text.Length; at++)
                {
                    int length = 0;
                    while (length < at && text[at - 1 - length] == text[^(length + 1)]) length++;
                    if (text[at] == id) longest = Math.Max(longest, length);
                }
                double expected = longest >= 1 + round % 2 && text.Length > 1 + round % 2 ? -Math.Pow(1.5, longest - (1 + round % 2)) : 0;
                Assert.Equal(expected, left[id], Math.Abs(expected) * 1e-6);
            }
        }
    }

    private static Candidates Run(float[] logits, int[] text, SamplerStep step) => Steps.Run(logits, text, step);
}
