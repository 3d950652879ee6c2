using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>A sampler that penalises what it has written chooses what the plain chain does, and gives back the row as it got it.</summary>
public class PenaltyRowTests
{
    [Theory]
    [InlineData(40, 60), InlineData(700, 40), InlineData(20_000, 4)]
    public void Penalised_rows_are_drawn_from_as_a_walk_over_the_text_would(int vocabulary, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            Random random = new(vocabulary + round);
            SamplerOptions options = Options(round, random);
            SamplingBuffers buffers = new(vocabulary);
            Sampler sampler = new(options, seed: 9, new SamplerText(vocabulary), buffers);
            List<int> text = [.. Enumerable.Range(0, random.Next(200)).Select(_ => random.Next(Math.Min(vocabulary, 90)))];
            foreach (int id in text) sampler.Accept(id);
            for (int token = 0; token < 12; token++)
            {
                float[] row = Row(vocabulary, round, text, random), given = [.. row];
                int position = text.Count;
                Choice choice = sampler.Choose(given, position);
                Assert.Equal(row.Select(BitConverter.SingleToUInt32Bits), given.Select(BitConverter.SingleToUInt32Bits));

                PlainChain plain = Penalised(row, text, options);
                plain.TopP(options.TopP);
                plain.MinP(options.MinP);
                int expected = plain.Draw(options.Temperature == 0 ? 0 : new Chance(9, position, Step: 0).Bits()).Id;
                Assert.Equal((expected, LogSumExp.Of(row).Logprob(row[expected])), (choice.Id, choice.Logprob));
                sampler.Accept(choice.Id);
                text.Add(choice.Id);
            }
        }
    }

    // whichever token held it: lowered, raised above it, raised in a list that the maximum's token has left
    [Fact]
    public void The_largest_logit_is_known_through_any_changes()
    {
        for (int round = 0; round < 400; round++)
        {
            Random random = new(round);
            int vocabulary = random.Next(3, 40);
            float[] row = Rows.Random(vocabulary, round, withTies: true);
            PlainChain plain = new(row);
            List<SamplerStep> steps = [new Look()];
            for (int i = 0; i < 6; i++)
            {
                int id = random.Next(vocabulary);
                Dictionary<int, double> biases = new() { [id] = random.Next(-3, 4), [random.Next(vocabulary)] = random.Next(-3, 4) };
                switch (random.Next(3))
                {
                    case 0 when plain.Ids.Any(other => other != id):
                        plain.Ban(id);
                        steps.Add(new Banned([id]));
                        break;
                    case 1:
                        int k = random.Next(1, vocabulary);
                        if (k < plain.Ids.Count()) plain.TopK(k);
                        steps.Add(new TopK(k));
                        break;
                    default:
                        plain.Change((one, logit) => logit + biases.GetValueOrDefault(one));
                        steps.Add(new LogitBias(biases));
                        break;
                }
                steps.Add(new Look());
                Candidates left = Steps.Run(row, [], steps: [.. steps]);
                Assert.Equal(plain.Ids, left.Ids.ToArray());
                Assert.Equal(plain.Max, left.MaxLogit());
            }
        }
    }

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void A_row_that_is_no_distribution_is_refused_and_leaves_no_trace(float wrong)
    {
        const int Size = 300;
        SamplerOptions options = new() { TopK = 0, TopP = 0.999, MinP = 0, Temperature = 1, PresencePenalty = 0.5 };
        SamplingBuffers buffers = new(Size);
        Sampler sampler = new(options, seed: 1, new SamplerText(Size), buffers), fresh = Steps.Sampler(options, seed: 1, Size);
        sampler.Accept(3);
        fresh.Accept(3);
        float[] row = Rows.Random(Size, seed: 4), broken = [.. row];
        foreach (int place in (int[])[0, 3, 150, Size - 1])
        {
            broken[place] = wrong;
            Assert.Throws<SamplingException>(() => sampler.Choose(broken, 1));
            broken[place] = row[place];
        }
        Assert.Equal(fresh.Choose(row, 1), sampler.Choose(row, 1));
    }

    private static SamplerOptions Options(int round, Random random) => new()
    {
        TopK = 0,
        TopP = round % 3 == 0 ? 0.9 : 1,
        MinP = round % 5 == 0 ? 0.01 : 0,
        Temperature = round % 7 == 6 ? 0 : 1,
        RepetitionPenalty = round % 2 == 0 ? 1.2 : 1,
        FrequencyPenalty = random.NextDouble() * 4 - 2,
        PresencePenalty = random.NextDouble() * 4 - 2,
        PenaltyWindow = round % 4 == 3 ? 1 + random.Next(60) : null,
    };

    private static PlainChain Penalised(float[] row, List<int> text, SamplerOptions options)
    {
        int from = Math.Max(0, text.Count - (options.PenaltyWindow ?? text.Count));
        Dictionary<int, int> times = text.Skip(from).CountBy(id => id).ToDictionary();
        PlainChain plain = new(row);
        plain.Change((id, logit) => times.TryGetValue(id, out int count)
            ? (logit < 0 ? logit * options.RepetitionPenalty : logit / options.RepetitionPenalty) - count * options.FrequencyPenalty - options.PresencePenalty
            : logit);
        return plain;
    }

    /// <summary>The largest logits are those of tokens that were written, as in a text that repeats itself; some are forbidden, some equal.</summary>
    private static float[] Row(int vocabulary, int round, List<int> text, Random random)
    {
        float[] row = Rows.Random(vocabulary, seed: round + text.Count, withTies: round % 2 == 0);
        for (int i = 0; i < 5 && text.Count > 0; i++) row[text[random.Next(text.Count)]] = 5 + (round % 3) * random.Next(2);
        if (round % 3 == 1) row[random.Next(vocabulary)] = 6;
        for (int i = 0; i < round % 4; i++) row[random.Next(vocabulary)] = float.NegativeInfinity;
        if (round % 6 == 5) Array.Fill(row, -0f);
        row[random.Next(vocabulary)] = 1;
        return row;
    }

    /// <summary>Asks for the largest logit, so that the next change finds it known.</summary>
    private sealed class Look : SamplerStep
    {
        internal override string Name => "look";

        internal override void Apply(Candidates candidates, Chance chance) => candidates.MaxLogit();
    }
}
