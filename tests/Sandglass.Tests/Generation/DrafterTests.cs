using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Tests.Generation;

/// <summary>What is guessed, how far ahead, and when that is given up; with a pencil.</summary>
public class DrafterTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5, 1, 2 }, 3, new[] { 3, 4, 5 })]
    [InlineData(new[] { 1, 2, 3, 9, 1, 2, 4, 1, 2 }, 1, new[] { 4 })]               // the latest place
    [InlineData(new[] { 7, 1, 2, 3, 9, 1, 2, 4, 7, 1, 2 }, 2, new[] { 3, 9 })]      // the longest ending first
    [InlineData(new[] { 1, 2, 1, 2 }, 5, new[] { 1, 2, 1, 2, 1 })]                  // round and round
    [InlineData(new[] { 5, 5, 5 }, 2, new[] { 5, 5 })]
    [InlineData(new[] { 1, 2, 3, 4, 2 }, 3, new int[0])]                            // one token says too little
    [InlineData(new[] { 1 }, 3, new int[0])]
    public void Lookup_gives_what_followed_before(int[] text, int room, int[] expected)
    {
        int[] to = new int[room];

        int count = LookupDrafter.Guess(text, to);

        Assert.Equal(expected, to[..count]);
    }

    [Fact]
    public void Who_is_always_right_is_asked_for_more_and_never_given_up()
    {
        Clock clock = new();
        using Speculation speculation = new(new Always(), clock);
        List<int> lengths = [];
        for (int written = 1; written < 400;)
        {
            int guessed = Guess(speculation, written);
            clock.Now += 1 + 0.3 * guessed;
            lengths.Add(guessed);
            for (int i = 0; i < guessed; i++) speculation.Accept();
            written += guessed + 1;
        }

        Assert.Equal([0, 0, 0, 0, 4, 8, 16, 16], lengths[..8]);      // at first it looks what a step costs without
        Assert.Single(lengths[8..], 0);                             // and later now and then
        Assert.Equal((speculation.Result.Drafted, null), (speculation.Result.Accepted, speculation.Result.OffAtToken));
    }

    [Fact]
    public void Who_is_never_right_is_given_up()
    {
        Clock clock = new();
        using Speculation speculation = new(new Always(), clock);
        for (int written = 1; written < 100; written++) clock.Now += 1 + 0.3 * Guess(speculation, written);

        SpeculationResult result = speculation.Result;
        Assert.Equal(0, result.Accepted);
        Assert.InRange(result.OffAtToken!.Value, 2, 40);
        Assert.Equal(0, speculation.Length);
        Assert.InRange(result.Drafted, result.Steps, result.Steps + 3);     // after the first four one at a time
    }

    [Theory, InlineData(0.2, false), InlineData(0.5, true)]
    public void Who_is_right_in_every_second_round_is_given_up_where_a_guess_costs_more_than_it_saves(double price, bool isGivenUp)
    {
        Clock clock = new();
        using Speculation speculation = new(new Always(), clock);
        for (int written = 1, round = 0; written < 2000; written++, round++)
        {
            int guessed = Guess(speculation, written);
            clock.Now += 1 + price * guessed;
            for (int i = 0; i < guessed * (round % 2); i++) speculation.Accept();   // of two guesses and of one in turn: a third
        }

        Assert.Equal(isGivenUp, speculation.Result.OffAtToken is not null);
    }

    [Fact]
    public void Who_fails_is_given_up_and_nobody_hears_of_it()
    {
        using Speculation speculation = new(new Always(fails: true), new Clock());

        for (int written = 1; written < 9; written++) Assert.Equal(0, Guess(speculation, written));
        Assert.Equal((0, 5), (speculation.Result.Drafted, speculation.Result.OffAtToken));
    }

    private static int Guess(Speculation speculation, int written) =>
        speculation.Guess(new int[5], written, new Sampler(SamplerOptions.Greedy, 1, new SamplerText(4)), new int[Speculation.Most]);

    /// <summary>Time as the test says, in seconds.</summary>
    private sealed class Clock : TimeProvider
    {
        public double Now { get; set; } = 1;

        public override long GetTimestamp() => (long)(Now * TimestampFrequency);
    }

    /// <summary>Fills all the room that there is.</summary>
    private sealed class Always(bool fails = false) : IDrafter
    {
        public Counters Work { get; } = new();

        public ReadOnlySpan<double> Distribution(int guess) => [];

        public int Guess(ReadOnlyMemory<int> text, Sampler sampler, Span<int> to) => fails ? throw new OutOfMemoryException() : to.Length;

        public void Dispose() { }
    }
}
