using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Where a request's time went, by a clock that goes on by a second at each look: waiting, reading, writing.</summary>
public sealed class TimesTests
{
    private static readonly GenerationOptions Options = new() { Sampling = SamplerOptions.Greedy, MaxTokens = 4, IgnoreEnd = true };

    [Theory, InlineData(false), InlineData(true)]
    public async Task Its_parts_follow_one_another_and_together_are_the_whole(bool searches)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = new SteppingTime() });

        Run run = await Run.Of(model, Evidence.Ids(50, 4096), Options with { Beams = searches ? new BeamOptions { Beams = 2 } : null });

        GenerationResult result = run.Result;
        TimeSpan before = result.QueueTime!.Value + result.PrefillTime!.Value;
        Assert.All([result.QueueTime.Value, result.PrefillTime.Value, result.DecodeTime!.Value], part => Assert.True(part > TimeSpan.Zero));
        Assert.True(before < result.TimeToFirstToken!.Value);       // choosing it is one more look
        TimeSpan whole = before + result.DecodeTime.Value, last = run.Tokens[^1].Elapsed;
        Assert.InRange(whole.TotalSeconds, last.TotalSeconds - 3, last.TotalSeconds);
        Assert.Equal(50 / result.PrefillTime.Value.TotalSeconds, result.PrefillTokensPerSecond, 1e-9);
        Assert.Equal(3 / result.DecodeTime.Value.TotalSeconds, result.DecodeTokensPerSecond, 1e-9);
    }

    [Fact]
    public async Task Nothing_is_told_of_what_did_not_happen()
    {
        CallingClock clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });
        GenerationResult none = await model.CompleteAsync("The king", Options with { MaxTokens = 0 });
        GenerationResult one = await model.CompleteAsync("The king", Options with { MaxTokens = 1 });
        Assert.Equal((null, null, null), (none.QueueTime, none.PrefillTime, none.DecodeTime));
        Assert.Equal(TimeSpan.Zero, one.DecodeTime);

        using CancellationTokenSource cancel = new();
        clock.At(20, cancel.Cancel);    // some looks a step, of which the prompt has ten: this is in the middle of it
        GenerationResult left = await model.CompleteAsync(
            Evidence.Ids(40, 4096), Options with { PrefillChunk = 4, TimeLimit = TimeSpan.FromHours(1), ShareCache = false }, cancel.Token);
        Assert.Equal(FinishReason.Cancelled, left.Finish);
        Assert.NotNull(left.QueueTime);
        Assert.Equal((null, null, null), (left.PrefillTime, left.DecodeTime, left.TimeToFirstToken));
    }

    [Fact]
    public async Task Samples_waited_with_the_one_that_read_their_prompt_and_a_setback_is_no_waiting()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = new SteppingTime() });
        GenerationResult[] samples = await Task.WhenAll(model.GenerateSamples("The king", 3, Options).Select(sample => sample.Result));
        Assert.All(samples, sample => Assert.Equal(samples[0].QueueTime, sample.QueueTime));
        Assert.NotNull(samples[0].QueueTime);

        using HeldEngine held = new(new SteppingTime());
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = held, CacheMemory = 14 * model.Pages.Shape.SetBytes });
        Task<Run>[] all = [.. Enumerable.Range(0, 6)
            .Select(i => Run.Of(tight, [.. Evidence.Ids(100, 4096).Select(id => (id + 7 * i) % 4096)], Options with { MaxTokens = 120 }))];
        held.Release();
        Run[] runs = await Task.WhenAll(all);
        Assert.True(tight.Activity.Preemptions > 0, "none was preempted: the test shows nothing");
        Assert.All(runs, run => Assert.True(run.Result.QueueTime + run.Result.PrefillTime < run.Result.TimeToFirstToken));
    }

    private sealed class SteppingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }
}
