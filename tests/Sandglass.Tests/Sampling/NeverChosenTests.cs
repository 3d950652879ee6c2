using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>What is banned, removed or forbidden by the model is never chosen, whatever the values.</summary>
public class NeverChosenTests
{
    private const int Vocabulary = 40, End = 7;

    [Fact]
    public void What_is_banned_or_removed_is_never_chosen_whatever_the_values()
    {
        int choices = 0, refused = 0;
        for (int round = 0; round < 3000; round++)
        {
            Random random = new(round);
            int[] banned = [.. Enumerable.Range(0, Vocabulary).Where(_ => random.Next(4) == 0)];
            SamplerOptions options = Options(random, banned);
            SamplerText text = new(Vocabulary) { EndIds = [End], IgnoreEnd = random.Next(3) == 0, MinTokens = random.Next(3), PromptLength = 4 };
            Sampler sampler;
            try
            {
                sampler = new Sampler(options, (ulong)round, text, new SamplingBuffers(Vocabulary), explain: true);
            }
            catch (SamplingException refusal) when (refusal.Code == "sampling-mix")
            {
                refused++;                                                                  // for instance a filter beside mirostat
                continue;
            }
            for (int i = 0; i < 4; i++) sampler.Accept(random.Next(5));
            for (int position = 4; position < 12; position++)
            {
                float[] row = Row(random);
                if (!Enumerable.Range(0, Vocabulary).Except(banned).Any(id => id != End && float.IsFinite(row[id]))) continue;
                Choice choice;
                try
                {
                    choice = sampler.Choose(row, position);
                }
                catch (SamplingException refusal) when (refusal.Expected is "at least one finite number" || refusal.Option == nameof(options.Samplers))
                {
                    // a filter, or no_repeat_ngram, left only what the model or a rule forbids
                    continue;
                }
                choices++;
                Assert.DoesNotContain(choice.Id, banned);
                Assert.False(text.IgnoreEnd && choice.Id == End);
                Assert.True(float.IsFinite(row[choice.Id]), $"round {round}: {row[choice.Id]} was chosen");
                Explanation why = choice.Explanation!;
                Assert.True(why.Draw >= why.Interval.From && why.Draw < why.Interval.To && why.Interval.To <= 1);
                Assert.All(why.Final, token => Assert.InRange(token.Probability, 0, 1.0001f));
                Assert.InRange(why.EntropyFinal, 0, Math.Log(why.Kept) + 1e-4);
                sampler.Accept(choice.Id);
            }
        }
        Assert.InRange(refused, 0, 1500);
        Assert.InRange(choices, 8000, 24000);
    }

    // values that the options refuse: -3.4e38 * 1e300 + 2 * 1.7e308 is minus infinity and infinity, no number, and a logit that is none won every draw
    [Fact]
    public void A_step_that_makes_no_number_of_a_logit_fails_by_name()
    {
        SamplerStep[] steps = [new LogitBias(new Dictionary<int, double> { [1] = -1e308 }), new Penalties(1e300, -1.7e308, 0, null)];
        SamplingException failure = Assert.Throws<SamplingException>(() => Steps.Run([1, 0, 2], [1, 1], steps));
        Assert.Equal(("sampling-logits", "the logits after penalties", "NaN for token 1"), (failure.Code, failure.Option, failure.Found));

        failure = Assert.Throws<SamplingException>(() => Steps.Run([1, 0, 2], [], new Temperature(double.NaN)));
        Assert.Equal("the logits after temperature", failure.Option);
    }

    /// <summary>Each value at its default, at an end of its range, or between.</summary>
    private static SamplerOptions Options(Random random, int[] banned)
    {
        double Pick(double usual, double least, double most) =>
            random.Next(4) switch { 0 => least, 1 => most, 2 => least + (most - least) * random.NextDouble(), _ => usual };
        double bias = Pick(0, -1e30, 1e30);
        bool mirostat = random.Next(3) == 0;
        var options = new SamplerOptions
        {
            BannedIds = banned.Length == 0 ? null : banned,
            LogitBias = Enumerable.Range(0, Vocabulary).Where(_ => random.Next(3) == 0).ToDictionary(id => id, _ => bias * (random.Next(3) - 1)),
            Temperature = random.Next(5) == 0 ? 0 : Pick(0.8, 1e-300, 1e9),
            RepetitionPenalty = Pick(1, 0.001, 1000),
            FrequencyPenalty = Pick(0, -1e6, 1e6),
            PresencePenalty = Pick(0, -1e6, 1e6),
            PenaltyWindow = random.Next(2) == 0 ? null : random.Next(1, 6),
            DryMultiplier = Pick(0, 0, 1e6),
            DryBase = Pick(1.75, 1, 1000),
            DryAllowedLength = random.Next(1, 4),
            NoRepeatNgram = random.Next(6),
        };
        if (options.Temperature > 0) options = options with { DynatempRange = Pick(0, 0, 1e9), DynatempExponent = Pick(1, 0, 1000) };
        if (mirostat) return options with { Mirostat = random.Next(1, 3), MirostatTau = Pick(5, 0, 1000), MirostatEta = Pick(0.1, 0, 1000) };
        return options with
        {
            TopK = random.Next(3) == 0 ? int.MaxValue : random.Next(6),
            TopP = Pick(0.95, 1e-300, 1),
            MinP = Pick(0.05, 0, 1),
            TypicalP = Pick(1, 1e-300, 1),
            TopNSigma = Pick(0, 0, 1e9),
            XtcProbability = Pick(0, 0, 1),
            XtcThreshold = Pick(0.1, 0, 0.5),
        };
    }

    private static float[] Row(Random random)
    {
        float scale = random.Next(4) switch { 0 => 3e38f, 1 => 1e9f, 2 => 1e-30f, _ => 5 };
        return [.. Enumerable.Range(0, Vocabulary).Select(_ => random.Next(5) == 0 ? float.NegativeInfinity : scale * (random.NextSingle() * 2 - 1))];
    }
}
