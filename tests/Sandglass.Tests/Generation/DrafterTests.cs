using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Tests.Generation;

/// <summary>What is guessed, how far ahead, and when that is given up; with a pencil.</summary>
public class DrafterTests
{
    private const double Free = 1e-9;   // a price below every chance

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5, 1, 2 }, 3, new[] { 3, 4, 5 })]
    [InlineData(new[] { 1, 2, 3, 9, 1, 2, 4, 1, 2 }, 1, new[] { 4 })]               // the latest place
    [InlineData(new[] { 7, 1, 2, 3, 9, 1, 2, 4, 7, 1, 2 }, 2, new[] { 3, 9 })]      // the longest ending first
    [InlineData(new[] { 1, 2, 1, 2 }, 5, new[] { 1, 2, 1, 2, 1 })]                  // round and round
    [InlineData(new[] { 5, 5, 5 }, 2, new[] { 5, 5 })]
    [InlineData(new[] { 1, 2, 3, 4, 2 }, 3, new int[0])]                            // one token says too little
    [InlineData(new[] { 1, 1 }, 3, new int[0])]
    [InlineData(new[] { 1 }, 3, new int[0])]
    public void Lookup_gives_what_followed_before(int[] text, int room, int[] expected)
    {
        int[] to = new int[room];
        GuessOdds odds = new();
        odds.Begin(0, Free);

        int count = new LookupDrafter().Guess(text, to, odds);

        Assert.Equal(expected, to[..count]);
    }

    [Fact]
    public void The_index_finds_what_a_walk_through_the_whole_text_finds()
    {
        Random chance = new(7);
        int[] text = new int[1500];
        for (int i = 0; i < text.Length; i++)
            text[i] = i > 40 && chance.Next(8) > 0 ? text[i - 17 - 16 * (i / 300 % 2)] : chance.Next(400);     // copies, with slips
        PairIndex index = new();
        for (int length = 1; length <= text.Length; length += 1 + length % 3)    // one token more, or a few
        {
            ReadOnlySpan<int> now = text.AsSpan(0, length);
            (int Next, int Length) expected = (0, 0);
            for (int place = length - 2; place > 0; place--)
            {
                int alike = 0;
                while (alike < 12 && alike <= place && now[place - alike] == now[length - 1 - alike]) alike++;
                if (alike > Math.Max(1, expected.Length)) expected = (place + 1, alike);
            }
            Assert.Equal(expected, index.Find(now, 12));
        }
    }

    [Fact]
    public void A_guess_is_worth_it_while_the_chance_that_all_hold_is_above_its_price()
    {
        GuessOdds odds = new();
        odds.Begin(0, 0.5);
        Assert.False(odds.Take(0));                                         // one in nine, as is assumed at first
        int taken = 0;
        while (odds.Take(GuessOdds.Grades - 1)) taken++;                    // eight in nine: of five all hold more often than not, of six they do not
        Assert.Equal((5, 5, 7), (taken, odds.Taken, odds.Made));

        for (int round = 0; round < 100; round++)
        {
            odds.Begin(0, 0.1);
            Assert.True(odds.Take(GuessOdds.Grades - 1));
            odds.Settle(held: round % 4 == 0 ? 1 : 0);
        }
        odds.Begin(0, 0.3);
        Assert.False(odds.Take(GuessOdds.Grades - 1));                      // it has learnt: one in four
        Assert.False(odds.IsWorthMaking);
        odds.Begin(0, 0.15);
        Assert.True(odds.IsWorthMaking);
        Assert.True(odds.Take(GuessOdds.Grades - 1));
        odds.Begin(0.5, 0.15);
        Assert.False(odds.IsWorthMaking);                                   // making has its price too
    }

    [Fact]
    public void Who_is_always_right_is_asked_for_more_and_never_given_up()
    {
        Clock clock = new();
        using Speculation speculation = new(new Always(), clock);
        List<int> lengths = [];
        for (int written = 1; written < 600;)
        {
            int guessed = Guess(speculation, written);
            clock.Now += 1 + 0.1 * guessed;
            lengths.Add(guessed);
            for (int i = 0; i < guessed; i++) speculation.Accept();
            written += guessed + 1;
        }

        Assert.Equal([0, 0, 0], lengths[..3]);      // at first it looks what a step costs without
        Assert.True(lengths[3] > 0 && lengths[3] < lengths[6]);
        Assert.Equal(Speculation.Most, lengths[15]);
        Assert.Equal((speculation.Result.Drafted, null), (speculation.Result.Accepted, speculation.Result.OffAtToken));
    }

    [Fact]
    public void Now_and_then_a_step_has_no_guesses_to_know_what_it_costs()
    {
        Clock clock = new();
        using Speculation speculation = new(new Always(), clock);
        int without = 0;
        for (int written = 1, round = 0; round < 300; round++)
        {
            int guessed = Guess(speculation, written);
            clock.Now += 1 + 0.1 * guessed;
            if (guessed == 0) without++;
            for (int i = 0; i < guessed; i++) speculation.Accept();
            written += guessed + 1;
        }

        Assert.InRange(without, 3 + 4, 3 + 8);
    }

    [Fact]
    public void Who_is_never_right_is_given_up_or_asked_no_more()
    {
        Clock clock = new();
        using Speculation speculation = new(new Always(), clock);
        for (int written = 1; written < 400; written++) clock.Now += 1 + 0.3 * Guess(speculation, written);

        SpeculationResult result = speculation.Result;
        Assert.Equal(0, result.Accepted);
        Assert.InRange(result.Drafted, 1, 40);
        Assert.InRange(0.3 * result.Drafted, 0, 10);    // steps lost
    }

    [Theory, InlineData(0.2, true), InlineData(0.5, false)]
    public void Who_is_right_in_every_third_guess_is_asked_where_a_guess_costs_less_than_that(double price, bool isAsked)
    {
        Clock clock = new();
        using Speculation speculation = new(new Always(), clock);
        int late = 0;
        for (int written = 1, round = 0; written < 2000; written++, round++)
        {
            int guessed = Guess(speculation, written);
            clock.Now += 1 + price * guessed;
            if (guessed > 0 && round % 3 == 0) speculation.Accept();
            if (written > 1000) late += guessed;
        }

        Assert.Equal(isAsked, late > 500);
    }

    [Fact]
    public void Who_fails_is_given_up_and_nobody_hears_of_it()
    {
        using Speculation speculation = new(new Always(fails: true), new Clock());

        for (int written = 1; written < 9; written++) Assert.Equal(0, Guess(speculation, written));
        Assert.Equal((0, 4), (speculation.Result.Drafted, speculation.Result.OffAtToken));
    }

    private static int Guess(Speculation speculation, int written) =>
        speculation.Guess(new int[5], written, new Sampler(SamplerOptions.Greedy, 1, new SamplerText(4), new SamplingBuffers(4)), new int[Speculation.Most]);

    /// <summary>Time as the test says, in seconds.</summary>
    private sealed class Clock : TimeProvider
    {
        public double Now { get; set; } = 1;

        public override long GetTimestamp() => (long)(Now * TimestampFrequency);
    }

    /// <summary>Guesses as many as are worth it, all equally sure.</summary>
    private sealed class Always(bool fails = false) : IDrafter
    {
        public Counters Work { get; } = new();

        public bool IsFree => true;

        public ReadOnlySpan<double> Distribution(int guess) => [];

        public int Guess(ReadOnlyMemory<int> text, Sampler sampler, Span<int> to, GuessOdds odds)
        {
            if (fails) throw new OutOfMemoryException();
            while (odds.Taken < to.Length && odds.Take(5)) { }
            return odds.Taken;
        }

        public void Dispose() { }
    }
}
