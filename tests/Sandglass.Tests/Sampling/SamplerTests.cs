using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class SamplerTests
{
    private static readonly SamplerOptions Plain = new() { TopK = 0, TopP = 1, MinP = 0, Temperature = 1 };

    [Fact]
    public void Tokens_come_as_often_as_their_probabilities_say()
    {
        double[] expected = [0.1, 0.4, 0.3, 0.15, 0.05];
        Assert.InRange(ChiSquare(expected, Plain, Rows.Of(expected)), 0.05, 18.5);          // 4 degrees of freedom: 99.9 % lie below 18.5
    }

    [Fact]
    public void The_chains_tokens_come_as_often_as_the_pencil_says()
    {
        // top-k 4 drops token 4, top-p 0.85 of the rest's 0.95 (0.8075) keeps 0.4 and 0.3 and 0.15, min-p 0.5 drops 0.15 (0.375 of 0.4); squared by temperature
        // 1/2: 16 to 9
        var options = new SamplerOptions { TopK = 4, TopP = 0.85, MinP = 0.5, Temperature = 0.5 };
        double chi = ChiSquare([0, 16 / 25.0, 9 / 25.0, 0, 0], options, Rows.Of(0.1, 0.4, 0.3, 0.15, 0.05));
        Assert.InRange(chi, 0, 10.9);                                                       // 1 degree: 99.9 %
    }

    [Fact]
    public void The_same_seed_and_position_give_the_same_token_whatever_was_drawn_before()
    {
        float[] logits = Rows.Random(300, seed: 5);
        var options = new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 2 };
        int[] forward = [.. Enumerable.Range(0, 100).Select(p => NewRun(41, options, logits).Choose(logits, p).Id)];

        Sampler oneRun = NewRun(41, options, logits);
        int[] backward = [.. Enumerable.Range(0, 100).Reverse().Select(p => oneRun.Choose(logits, p).Id).Reverse()];

        Assert.Equal(forward, backward);
        Assert.NotEqual(forward, Enumerable.Range(0, 100).Select(p => NewRun(42, options, logits).Choose(logits, p).Id));
        Assert.True(forward.Distinct().Count() > 30);
    }

    [Fact]
    public void More_steps_do_not_change_the_number_that_the_draw_takes()
    {
        float[] logits = Rows.Random(300, seed: 6);
        var filtered = new Sampler([new TopK(299), new MinP(1e-9), new Temperature(1)], greedy: false, 8, new SamplingBuffers(300));
        var plain = Steps.Sampler(Plain, 8, 300);
        int equal = Enumerable.Range(0, 200).Count(p => filtered.Choose(logits, p) == plain.Choose(logits, p));
        Assert.InRange(equal, 195, 200);                                                    // top-k took the least likely token's weight out of the total
    }

    [Fact]
    public void Temperature_zero_takes_the_lowest_id_of_the_likeliest_and_skips_the_filters()
    {
        Assert.Equal(2, NewRun(1, SamplerOptions.Greedy, new float[4]).Choose([1, 2, 5, 5], 0).Id);
        Assert.Equal(1, NewRun(1, SamplerOptions.Greedy, new float[4]).Choose([-9, -0f, 0f, -9], 0).Id);
        Assert.Equal(2, new Sampler([new Forbid()], greedy: true, 0, new SamplingBuffers(4)).Choose([1, 2, 5, 5], 0).Id);
    }

    [Fact]
    public void The_logprob_is_of_the_raw_distribution()
    {
        float[] logits = Rows.Of(0.1, 0.4, 0.3, 0.2);
        var sampler = Steps.Sampler(new SamplerOptions { TopK = 1, Temperature = 0.1 }, 3, 4);
        Choice choice = sampler.Choose(logits, 0);
        Assert.Equal(1, choice.Id);
        Assert.Equal(Math.Log(0.4), choice.Logprob, 1e-6);
        Assert.Equal(Rows.Of(0.1, 0.4, 0.3, 0.2), logits);                                  // the caller's row is as it was
    }

    [Fact]
    public void A_new_step_is_one_class_that_may_look_back()
    {
        var forbid = new Forbid();
        var sampler = new Sampler([forbid, new TopK(1)], greedy: false, 1, new SamplingBuffers(4));
        float[] logits = [1, 2, 6, 5];
        Assert.Equal(2, sampler.Choose(logits, 0).Id);
        sampler.Accept(2);
        Assert.Equal(3, sampler.Choose(logits, 1).Id);
    }

    [Fact]
    public void A_fork_goes_its_own_way_from_the_state_that_was()
    {
        float[] logits = [1, 2, 6, 5];
        var sampler = new Sampler([new Forbid(), new TopK(1)], greedy: false, 1, new SamplingBuffers(4));
        sampler.Accept(2);
        Sampler fork = sampler.Fork();
        Assert.Equal(3, fork.Choose(logits, 1).Id);
        fork.Accept(3);
        Assert.Equal(2, fork.Choose(logits, 2).Id);
        Assert.Equal(3, sampler.Choose(logits, 1).Id);                                      // the first one never heard of token 3
    }

    [Fact]
    public void A_fork_with_another_seed_draws_as_a_run_of_that_seed()
    {
        float[] logits = Rows.Random(300, seed: 9);
        Sampler fork = Steps.Sampler(Plain, 4, 300).Fork(seed: 5), fresh = Steps.Sampler(Plain, 5, 300);
        for (int position = 0; position < 50; position++) Assert.Equal(fresh.Choose(logits, position), fork.Choose(logits, position));
    }

    [Theory]
    [InlineData(float.NaN, "NaN for token 2")]
    [InlineData(float.PositiveInfinity, "Infinity for token 2")]
    public void A_logit_that_is_no_number_is_a_clear_failure(float wrong, string found)
    {
        foreach (SamplerOptions options in new[] { SamplerOptions.Greedy, Plain, new SamplerOptions() })
        {
            var failure = Assert.Throws<SamplingException>(() => NewRun(1, options, new float[4]).Choose([1, 2, wrong, 4], 17));
            Assert.Equal(("sampling-logits", "logits at position 17", found), (failure.Code, failure.Option, failure.Found));
        }
    }

    [Fact]
    public void A_row_that_forbids_everything_is_a_clear_failure()
    {
        const float Never = float.NegativeInfinity;
        foreach (SamplerOptions options in new[] { SamplerOptions.Greedy, Plain, new SamplerOptions() })
        {
            Assert.Throws<SamplingException>(() => NewRun(1, options, new float[3]).Choose([Never, Never, Never], 0));
            Assert.Equal(1, NewRun(1, options, new float[3]).Choose([Never, -5, Never], 0).Id);
        }
        Assert.Throws<SamplingException>(() => NewRun(1, Plain, new float[3]).Choose([1, 2], 0));
    }

    [Theory]
    [InlineData(0), InlineData(0.8)]
    public void A_choice_allocates_nothing(double temperature)
    {
        float[] logits = Rows.Random(5000, seed: 2);
        var options = new SamplerOptions { Temperature = temperature };
        var sampler = Steps.Sampler(options, 9, logits.Length);
        var unfiltered = Steps.Sampler(options with { TopK = 0, MinP = 0 }, 9, logits.Length);
        for (int p = 0; p < 50; p++)
        {
            sampler.Choose(logits, p);
            unfiltered.Choose(logits, p);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int p = 0; p < 50; p++)
        {
            sampler.Choose(logits, p);
            unfiltered.Choose(logits, p);
            sampler.Accept(p);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Sampler NewRun(ulong seed, SamplerOptions options, float[] logits) => Steps.Sampler(options, seed, logits.Length);

    private static double ChiSquare(double[] expected, SamplerOptions options, float[] logits)
    {
        const int Draws = 100_000;
        var sampler = Steps.Sampler(options, 20, logits.Length);
        var seen = new int[expected.Length];
        for (int position = 0; position < Draws; position++) seen[sampler.Choose(logits, position).Id]++;

        double sum = 0;
        for (int id = 0; id < seen.Length; id++)
        {
            if (expected[id] == 0) Assert.Equal(0, seen[id]);
            else sum += Math.Pow(seen[id] - expected[id] * Draws, 2) / (expected[id] * Draws);
        }
        return sum;
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_step_hears_of_every_accepted_token_also_where_nothing_is_drawn(bool greedy)
    {
        var hears = new Hears();
        var sampler = new Sampler([hears], greedy, 1, new SamplingBuffers(4));
        sampler.Accept(3);
        Assert.Equal(2, sampler.Choose([0, 0, 90, 0], 1).Id);
        sampler.Accept(2);
        sampler.Accept(0);                                                                  // a token that this chain did not choose
        Assert.Equal([3, 2, 0], hears.Heard);
    }

    [Fact]
    public void Samplers_that_share_buffers_choose_as_samplers_with_their_own()
    {
        var options = new SamplerOptions { Temperature = 1.5, TopK = 0, RepetitionPenalty = 1.3, DryMultiplier = 0.8, TypicalP = 0.9 };
        var shared = new SamplingBuffers(300);
        Sampler[] together = [.. Enumerable.Range(0, 3).Select(i => new Sampler(options, (ulong)i, new SamplerText(300), shared))];
        Sampler[] apart = [.. Enumerable.Range(0, 3).Select(i => Steps.Sampler(options, (ulong)i, 300))];
        for (int position = 0; position < 60; position++)
        {
            for (int i = 0; i < 3; i++)
            {
                float[] row = Rows.Random(300, 3 * position + i);
                Choice choice = together[i].Choose(row, position);
                Assert.Equal(apart[i].Choose(row, position), choice);
                together[i].Accept(choice.Id);
                apart[i].Accept(choice.Id);
            }
        }
    }

    [Fact]
    public void A_step_that_fails_leaves_nothing_in_shared_buffers()
    {
        var shared = new SamplingBuffers(4);
        var failing = new Sampler([new Counts()], greedy: true, 1, shared);
        Assert.Throws<InvalidOperationException>(() => failing.Choose([1, 2, 3, 4], 0));
        var penalised = new Sampler([new Penalties(1, 1, 0, null)], greedy: true, 1, shared);
        penalised.Accept(3);
        Assert.Equal(3, penalised.Choose([0, 0, 0, 1.5f], 1).Id);                           // once, not once more for the failed one
    }

    private sealed class Hears : SamplerStep
    {
        internal List<int> Heard { get; } = [];

        internal override string Name => "hears";

        internal override void Apply(Candidates candidates, Chance chance) { }

        internal override void Accept(int id, ReadOnlySpan<int> text) => Heard.Add(id);
    }

    private sealed class Counts : SamplerStep
    {
        internal override string Name => "counts";

        internal override void Apply(Candidates candidates, Chance chance)
        {
            candidates.Counts[3] = 7;
            throw new InvalidOperationException();
        }
    }

    private sealed class Forbid : SamplerStep
    {
        internal override string Name => "forbid";

        internal override bool LooksBack => true;

        internal override void Apply(Candidates candidates, Chance chance)
        {
            if (candidates.Text is [.., int last]) candidates.Remove(last);
        }
    }
}
