using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class ExplainTests
{
    private static readonly SamplerOptions Full = new()
    {
        TypicalP = 0.95,
        XtcProbability = 0.5,
        XtcThreshold = 0.02,
        RepetitionPenalty = 1.2,
        DryMultiplier = 0.8,
        TopNSigma = 3,
        DynatempRange = 0.3,
        TopK = 0
    };

    public static TheoryData<SamplerOptions> Options =>
        [new(), Full, SamplerOptions.Greedy, new() { Mirostat = 1 }, new() { Mirostat = 2, MirostatTau = 3 }, new() { Temperature = 0, FrequencyPenalty = 1 }];

    [Theory, MemberData(nameof(Options))]
    public void What_is_told_fits_together_and_changes_nothing(SamplerOptions options)
    {
        var told = Steps.Sampler(options, 5, 900, explain: true);
        var silent = Steps.Sampler(options, 5, 900);
        for (int position = 0; position < 80; position++)
        {
            float[] row = Rows.Random(900, position, withTies: position % 2 == 0);
            Choice choice = told.Choose(row, position);
            Assert.Equal(silent.Choose(row, position), choice with { Explanation = null });
            Check(choice, row, choice.Explanation!);
            told.Accept(choice.Id);
            silent.Accept(choice.Id);
        }
    }

    [Fact]
    public void Each_alternative_names_the_step_that_took_it()
    {
        var options = new SamplerOptions { BannedIds = [1], TopK = 2, TopP = 1, MinP = 0.9 };
        Explanation why = Steps.Sampler(options, 5, 4, explain: true).Choose(Rows.Of(0.1, 0.4, 0.3, 0.2), 0).Explanation!;
        Assert.Equal([(1, "banned"), (3, "min_p"), (0, "top_k")], why.Alternatives.Select(other => (other.Id, other.RemovedBy)));
        Assert.Equal([("banned", 3), ("top_k", 2), ("min_p", 1), ("temperature", 1)], why.Stages.Select(stage => (stage.Name, stage.Kept)));
        Assert.Equal((2, 1, 0.0), (why.Rank, why.Kept, why.EntropyFinal));
        Assert.Equal(1.2798542, why.EntropyRaw, 1e-5);
        Assert.Equal(-(0.6 * Math.Log(0.6) + 0.4 * Math.Log(0.4)), why.Stages[1].Entropy, 1e-5);
    }

    [Theory, InlineData(1e9), InlineData(-1e9), InlineData(1e30)]
    public void Two_tokens_of_a_large_bias_have_half_each(double bias)
    {
        var options = new SamplerOptions
        {
            Samplers = ["temperature"],
            LogitBias = new Dictionary<int, double> { [0] = bias, [1] = bias, [2] = bias, [3] = bias },
            BannedIds = [1, 2]
        };
        Explanation why = Steps.Sampler(options, 1, 4, explain: true).Choose([1, 1, 1, 1], 0).Explanation!;
        Assert.Equal([(0, 0.5f), (3, 0.5f)], why.Final.Select(token => (token.Id, token.Probability)));
        Assert.Equal(Math.Log(2), why.EntropyFinal, 1e-6);
        Assert.All(why.Stages.Skip(1), stage => Assert.Equal(Math.Log(stage.Kept), stage.Entropy, 1e-6));
        Assert.Equal(0.5f, why.Alternatives.Single(other => other.RemovedBy is null).Probability);
    }

    [Fact]
    public void Where_the_likeliest_is_taken_nothing_was_drawn()
    {
        Assert.True(Steps.Sampler(SamplerOptions.Greedy, 5, 4, explain: true).Choose([1, 2, 3, 4], 0).Explanation!.IsLikeliest);
        Assert.False(Steps.Sampler(new SamplerOptions(), 5, 4, explain: true).Choose([1, 2, 3, 4], 0).Explanation!.IsLikeliest);
    }

    private static void Check(Choice choice, float[] row, Explanation why)
    {
        Assert.InRange(why.Draw, why.Interval.From, why.Interval.To);
        Assert.True(why.Draw < why.Interval.To && why.Interval.From >= 0 && why.Interval.To <= 1);
        TokenProbability own = why.Final.FirstOrDefault(token => token.Id == choice.Id);
        if (own != default) Assert.Equal(own.Probability, why.Interval.To - why.Interval.From, 1e-5);
        Assert.Equal(Math.Min(64, why.Kept), why.Final.Count);
        Assert.Equal(why.Final.Select(token => token.Probability).OrderDescending(), why.Final.Select(token => token.Probability));
        Assert.Equal(row.Count(logit => logit > row[choice.Id]) + 1, why.Rank, tolerance: 900 * 0.2);       // ties
        int kept = row.Length;
        foreach (SamplerStage stage in why.Stages)
        {
            Assert.InRange(stage.Kept, 1, kept);
            Assert.InRange(stage.Entropy, 0, Math.Log(stage.Kept) + 1e-4);
            kept = stage.Kept;
        }
        Assert.Equal(kept, why.Kept);
        Assert.Equal(why.Stages.Count > 0 ? why.Stages[^1].Entropy : why.EntropyRaw, why.EntropyFinal, 1e-9);
        Assert.DoesNotContain(choice.Id, why.Alternatives.Select(other => other.Id));
    }
}
