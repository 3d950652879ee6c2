using Sandglass.Planning;

namespace Sandglass.Tests.Planning;

/// <summary>Texts at once, machines and money, by hand and by what must hold.</summary>
public class ServingPlanTests
{
    private static readonly ServingPlan Plan = ServingPlan.For(PlannedModel.Open("llama-3-8b"), new ServingOptions
    {
        HitRate = 0.5,
        TokenWithin = 0.03,
        RequestsPerHour = 5,
        Price = new ServingPrice { Capital = 30_000 },
        Loads = [0.3, 0.6, 0.9],
    });

    /// <summary>Four texts of fifty steps, the first of which reads a hundred tokens: of the other three one reads beside it in 0.06 of its steps.</summary>
    [Fact]
    public void A_batch_by_hand()
    {
        ServingBatch batch = ServingBatch.Of(4, new ServedText(100, 50), static (_, _, tokens, _) => 0.01 + 0.001 * tokens, stepTokens: 2048);

        Assert.Equal(50, batch.Steps);
        Assert.Equal(0.01 + 0.1 + 0.006, batch.SecondsToFirst, tolerance: 1e-9);
        Assert.Equal(0.01 + 0.006, batch.SecondsPerToken, tolerance: 1e-9);
        Assert.Equal(50 * 0.01 + 4 * 0.1, batch.Seconds, tolerance: 1e-8);
        Assert.Equal(4 / 0.9, batch.RequestsPerSecond, tolerance: 1e-7);
        Assert.Equal(4 * 50 / 0.9, batch.TokensPerSecond, tolerance: 1e-6);
        Assert.Equal((0.1, 0.125), (Math.Round(batch.ReadingSeconds, 7), Math.Round(batch.WritingSeconds, 7)));
    }

    /// <summary>A step that reads costs a second more for the first prompt in it and two for each other: by chance some have several.</summary>
    [Fact]
    public void Prompts_that_meet_in_a_step_cost_what_they_cost()
    {
        ServingBatch batch = ServingBatch.Of(11, new ServedText(100, 20), static (_, _, tokens, _) => tokens == 0 ? 1 : 2 * tokens / 100, stepTokens: 4096);

        // half a prompt in a step: 1 + sum over n of poisson(n) (2n - 1), where there is one
        double chance = Math.Exp(-0.5), expected = chance + 2 * 0.5;
        Assert.Equal(expected, batch.SecondsPerToken, tolerance: 1e-7);
        Assert.Equal(2 * 1.5, batch.SecondsToFirst, tolerance: 1e-7);
    }

    /// <summary>Where steps have no room for the prompts of all that come, texts are there as long as that takes.</summary>
    [Fact]
    public void Prompts_that_do_not_fit_into_the_steps_hold_the_places()
    {
        ServingBatch batch = ServingBatch.Of(16, new ServedText(1000, 10), static (_, _, tokens, _) => 0.01 + 0.001 * tokens, stepTokens: 116);

        Assert.Equal(16 * 1000 / 100.0, batch.Steps);           // 100 tokens of prompts a step
        Assert.Equal(160 * 0.11, batch.Seconds, tolerance: 1e-9);
        Assert.Equal(151 * 0.11, batch.SecondsToFirst, tolerance: 1e-9);
    }

    /// <summary>A card of $30,000 over four years, 700 W at ten cents: 30,000 / 35,064 hours + 7 cents.</summary>
    [Fact]
    public void A_card_of_30_000_dollars_by_hand()
    {
        Assert.Equal(0.8556 + 0.07, Plan.PerHour!.Value, tolerance: 5e-5);
        double perRequest = Plan.PerHour.Value / 3600 / Plan.Chosen.RequestsPerSecond / 0.5;        // half of what it could serve
        Assert.Equal(perRequest / 1280 * 1e6, Plan.PerMillionTokens!.Value, tolerance: 1e-9);
        Assert.Equal(perRequest * 1e6, 1024 * Plan.PerMillionRead!.Value + 256 * Plan.PerMillionWritten!.Value, tolerance: 1e-6);
        Assert.True(Plan.PerMillionWritten > Plan.PerMillionRead);
        Assert.Null(ServingPlan.For(PlannedModel.Open("llama-3-8b"), new ServingOptions { Hardware = "a100", MaxBatch = 8 }).PerMillionTokens);
        Assert.Equal(2, new ServingPrice { PricePerHour = 2 }.PerHour(null));
    }

    [Fact]
    public void As_many_fit_as_memory_has_room_for()
    {
        double room = 0.9 * 80e9 - Plan.Memory.WeightBytes - Plan.Memory.ActivationBytes;
        Assert.Equal(room, Plan.CacheRoom);
        Assert.Equal(40 * 32 * 131_072L, Plan.TextBytes);       // 1,279 positions of 128 KiB, in pages of 32
        Assert.Equal((long)(room / Plan.TextBytes), Plan.Fits);
    }

    [Fact]
    public void More_texts_at_once_are_slower_each_and_faster_together_and_the_most_that_keep_are_chosen()
    {
        for (int i = 1; i < Plan.Batches.Count; i++)
        {
            Assert.True(Plan.Batches[i].SecondsPerToken > Plan.Batches[i - 1].SecondsPerToken);
            Assert.True(Plan.Batches[i].TokensPerSecond > Plan.Batches[i - 1].TokensPerSecond);
            Assert.Equal(Plan.Batches[i].Texts <= Plan.Chosen.Texts, Plan.Batches[i].Keeps);
        }
        Assert.InRange(Plan.Chosen.SecondsPerToken, 0.029, 0.03);
        for (int i = 1; i < Plan.Loads.Count; i++)
            Assert.True(Plan.Loads[i].MeanWait > Plan.Loads[i - 1].MeanWait && Plan.Loads[i].BatchWait > Plan.Loads[i - 1].BatchWait);
    }

    [Fact]
    public void Many_users_need_less_headroom_and_pay_less_a_token()
    {
        ServingScale[] scales = [.. Plan.Scales];
        Assert.Equal([1e3, 1e6, 1e8], scales.Select(scale => scale.Users));
        Assert.Equal(1e6 * 5 / 3600 * 2, scales[1].RequestsPerSecond, tolerance: 1e-9);
        for (int i = 0; i < scales.Length; i++)
        {
            ServingScale scale = scales[i];
            Assert.InRange(scale.Load, i == 0 ? 0 : scales[i - 1].Load, 1);
            Assert.True(i == 0 || scale.PerMillionTokens < scales[i - 1].PerMillionTokens);
            Assert.True(scale.ReplicasWithoutHits >= scale.Replicas);
            Assert.True(scale.Wait95 + Plan.Chosen.SecondsToFirst <= 1);
            if (scale.Replicas > 1) Assert.True(Wait(scale, scale.Replicas - 1) + Plan.Chosen.SecondsToFirst > 1);     // one fewer would not do
            Assert.Equal(Wait(scale, scale.Replicas), scale.Wait95, tolerance: 1e-9);
            Assert.Equal(scale.ActiveTexts * Plan.TextBytes, scale.ActiveBytes);
            Assert.Equal(scale.Accelerators * Plan.PerHour!.Value * 730.5, scale.PerMonth!.Value, tolerance: 1e-6 * scale.PerMonth.Value);
            Assert.Equal(Math.Min(scale.Users, scale.RequestsPerSecond * 600), scale.IdleTexts);
            Assert.InRange(scale.IdleShares.Sum(), 0, 1 + 1e-12);
        }
        Assert.True(scales[1].ReplicasWithoutHits > scales[1].Replicas);
        Assert.True(scales[2].Load > 0.99 && scales[0].Load < 0.5);
    }

    private static double Wait(ServingScale scale, double replicas)
    {
        StepTime time = new(Plan.Model, Plan.Machine, new TimeOptions { Reached = 0.6 });
        ServedText text = new(1024, 256, 0.5, Longest: 8192 - 1024);
        return BatchQueue.Of(Plan.Chosen.Texts, scale.RequestsPerSecond, texts => ServingBatch.Of(texts, text, time.OfStep, 2048).Seconds,
            Plan.Chosen.VariationOf(text), (long)replicas).WaitBut(0.05);
    }

    /// <summary>As many users as make a load: what one table says of it the other one does.</summary>
    [Fact]
    public void Texts_of_so_many_users_are_those_of_the_load_that_they_make()
    {
        double rate = 0.3 * Plan.Chosen.RequestsPerSecond;
        ServingPlan plan = ServingPlan.For(Plan.Model, Plan.Options with { Users = [rate * 3600 / 5 / 2], Loads = [0.3] });
        ServingScale scale = plan.Scales.Single();

        Assert.Equal((1, 0.3), (scale.Replicas, Math.Round(scale.Load, 9)));
        Assert.Equal(plan.Loads[0].BatchTexts, scale.ActiveTexts, tolerance: 1e-6);
        Assert.True(scale.ActiveTexts < 0.5 * rate * plan.Chosen.Seconds);      // those of a full batch take longer
    }

    /// <summary>Twenty turns of the batch, unless that would take minutes: then what is done of them.</summary>
    [Fact]
    public void The_larger_the_batch_the_longer_the_usual_simulation()
    {
        ServingOptions options = new();
        Assert.Equal(2000, ServingBounds.UsualSimulation(options, 32));
        Assert.Equal(5120, ServingBounds.UsualSimulation(options, 256));
        Assert.Equal((1 << 26) / 6 / 1280, ServingBounds.UsualSimulation(options, 4096));
        Assert.Equal(0, ServingBounds.UsualSimulation(options with { PromptTokens = 1 << 20 }, 32));
    }

    [Fact]
    public void A_plan_says_how_far_its_simulation_is_and_ends_where_it_is_told_to()
    {
        using CancellationTokenSource source = new();
        Reports reports = new(source);
        ServingOptions options = new() { Simulated = 100, PromptTokens = 10, AnswerTokens = 10, Loads = [0.2, 0.4, 0.6], MaxBatch = 4 };

        Assert.Throws<OperationCanceledException>(() => ServingPlan.For(Plan.Model, options, reports, source.Token));
        Assert.Equal((1, 3), (reports.Last.Done, reports.Last.Loads));
        Assert.InRange(reports.Last.Share, 0.5, 0.7);
    }

    private sealed class Reports(CancellationTokenSource source) : IProgress<ServingProgress>
    {
        public ServingProgress Last { get; private set; }

        public void Report(ServingProgress value)
        {
            Last = value;
            if (value.Share > 0.5) source.Cancel();
        }
    }

    /// <summary>Reading a conversation again takes longer than bringing it from the host's memory, and the nearest home is filled first.</summary>
    [Fact]
    public void Idle_caches_fill_the_nearest_homes_first()
    {
        Assert.Equal(["accelerator", "host", "disk"], Plan.Homes.Select(home => home.Name));
        Assert.Equal(Plan.TextBytes / 50e9, Plan.Homes[1].Seconds, tolerance: 1e-12);
        Assert.True(Plan.Homes[1].Seconds < Plan.RecomputeSeconds);
        ServingScale many = Plan.Scales[1];
        double first = Math.Min(1, many.Replicas * Plan.Homes[0].Texts / many.IdleTexts);
        Assert.Equal(first, many.IdleShares[0], tolerance: 1e-12);
        Assert.Equal(Math.Min(1 - first, many.Replicas * Plan.Homes[1].Texts / many.IdleTexts), many.IdleShares[1], tolerance: 1e-12);
    }

    [Fact]
    public void A_large_model_takes_as_many_accelerators_as_pay()
    {
        ServingPlan large = ServingPlan.For(PlannedModel.Open("llama-3-70b"), new ServingOptions { WeightType = "fp8" });
        Assert.Equal(4, large.Accelerators);        // one holds the weights, but three texts beside them
        ServingPlan one = ServingPlan.For(PlannedModel.Open("llama-3-70b"), new ServingOptions { WeightType = "fp8", Accelerators = 1 });
        Assert.Equal(3, one.Fits);
        Assert.True(large.Chosen.RequestsPerSecond / 4 > 10 * one.Chosen.RequestsPerSecond);
        PlanException refused = Assert.Throws<PlanException>(() => ServingPlan.For(PlannedModel.Open("llama-3-70b"), new ServingOptions { Accelerators = 1 }));
        Assert.Equal(("plan-serving-memory", nameof(ServingOptions.Accelerators)), (refused.Code, refused.Option));
    }

    [Fact]
    public void A_machine_that_was_measured_takes_the_times_that_were_measured()
    {
        PlannedModel model = PlannedModel.Open("embedded:grain-1m");
        ServingOptions options = new()
        {
            Machine = MeasuredMachineTests.Machine.With(2),
            Reached = 1,
            PromptTokens = 100,
            AnswerTokens = 50,
            MaxBatch = 8,
            MaxBatchTokens = 256,
            FirstWithin = 10,
            TokenWithin = 1,
        };
        ServingPlan plan = ServingPlan.For(model, options);

        Assert.Equal((1, null, null), (plan.Accelerators, plan.Accelerator, plan.PerHour));
        StepTime time = new(model, options.Machine);
        Assert.Equal([1, 2, 4, 8], plan.Batches.Select(batch => batch.Texts).Where(int.IsPow2));
        double depth = new ServedText(100, 50, Longest: model.Shape.Context - 100).Depth;
        Assert.All(plan.Batches, batch => Assert.Equal(time.OfDecode(batch.Texts, depth), batch.StepSeconds));
        Assert.Equal(plan.Batches.Where(batch => batch.Keeps).MaxBy(batch => batch.RequestsPerSecond), plan.Chosen);
        Assert.Equal(nameof(options.Reached), Assert.Throws<PlanException>(() => ServingPlan.For(model, options with { Reached = 0.6 })).Option);
    }

    [Fact]
    public void What_is_out_of_range_is_named()
    {
        void Refused(string option, ServingOptions options) =>
            Assert.Equal(option, Assert.Throws<PlanException>(() => ServingPlan.For(PlannedModel.Open("llama-3-8b"), options)).Option);

        Refused(nameof(ServingOptions.PromptTokens), new ServingOptions { PromptTokens = 8000 });      // of 8,192 positions
        Refused(nameof(ServingOptions.PromptTokens), new ServingOptions { PromptTokens = 8000, AnswerTokens = 193 });    // the engine ends it at 192
        Assert.Equal(192, ServingPlan.For(Plan.Model, new ServingOptions
        {
            PromptTokens = 8000,
            AnswerTokens = 192,
            Spread = AnswerSpread.Fixed,
            Loads = [],
        }).MeanAnswer);
        Refused(nameof(ServingOptions.AnswerTokens), new ServingOptions { AnswerTokens = 0 });
        Refused(nameof(ServingOptions.HitRate), new ServingOptions { HitRate = double.NaN });
        Refused(nameof(ServingOptions.Users), new ServingOptions { Users = [0] });
        Refused(nameof(ServingOptions.Users), new ServingOptions { Users = [1e10], RequestsPerHour = 1000, Peak = 1000 });     // 10^13 texts at once
        Refused(nameof(ServingOptions.Loads), new ServingOptions { Loads = [1] });
        Refused(nameof(ServingOptions.Simulated), new ServingOptions { Simulated = 99 });
        Refused(nameof(ServingOptions.Simulated), new ServingOptions { Simulated = 100_000 });                          // of 1,280 tokens at six loads
        Refused(nameof(ServingOptions.Simulated), new ServingOptions { Simulated = 6000, Loads = [.. Enumerable.Repeat(0.5, 100)] });
        Refused(nameof(ServingOptions.Users), new ServingOptions { Users = [.. Enumerable.Repeat(1e3, 1001)] });
        Refused(nameof(ServingPrice.UsedShare), new ServingOptions { Price = new ServingPrice { UsedShare = 0 } });
        Refused(nameof(IdleCacheOptions.DiskBytesPerSecond), new ServingOptions { IdleCache = new IdleCacheOptions { DiskBytesPerSecond = 0 } });
    }
}
