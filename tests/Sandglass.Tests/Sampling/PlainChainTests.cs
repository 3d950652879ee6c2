using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>Lanes, lists and rungs choose what the plain chain chooses: the same candidates, the same interval, in any order of stages.</summary>
public class PlainChainTests
{
    [Theory]
    [InlineData(5, 300), InlineData(67, 300), InlineData(1000, 100), InlineData(5000, 20)]
    public void Chains_of_any_stages_are_equal_to_the_plain_one(int vocabulary, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            Random random = new(1000 * vocabulary + round);
            float[] row = Row(vocabulary, round, random);
            PlainChain plain = new(row);
            List<SamplerStep> steps = [];
            for (int i = random.Next(5); i > 0; i--) steps.Add(Add(plain, vocabulary, random));
            Candidates left = Steps.Run(row, [], steps: [.. steps]);

            Assert.Equal(plain.Ids, left.Ids.ToArray());
            Assert.Equal(plain.Max, left.MaxLogit());
            for (int draw = 0; draw < 8; draw++)
            {
                Chance chance = new(Seed: 3, draw, Step: 0);
                ulong bits = chance.Bits();
                Drawn drawn = Draw.Pick(left, chance);
                Assert.Equal(plain.Draw(bits), (drawn.Interval.Id, drawn.Interval.From, drawn.Interval.To, drawn.Point, drawn.Total));
            }
            Assert.Equal(plain.Draw(0).Id, left.Likeliest());
            Assert.Equal(plain.Draw(0).Id, Draw.Likeliest(left).Interval.Id);
        }
    }

    // one rung holds a thousand tokens and more: it is narrowed down, not sorted
    [Theory]
    [InlineData(0), InlineData(1e-42), InlineData(1e-6), InlineData(5e-6), InlineData(1e-3)]
    public void A_rung_of_many_is_narrowed_down_as_it_would_be_sorted(double step)
    {
        int top = step < 1e-30 ? 0 : 1;         // the smallest steps are neighbours among F32 near 0
        float[] row = [.. Enumerable.Range(0, 3000).Select(id => (float)(top - step * (id * 7 % 3000)))];
        PlainChain plain = new(row);
        Candidates left = Steps.Run(row, []);
        for (int draw = 0; draw < 60; draw++)
        {
            Chance chance = new(Seed: 5, draw, Step: 0);
            Drawn drawn = Draw.Pick(left, chance);
            Assert.Equal(plain.Draw(chance.Bits()), (drawn.Interval.Id, drawn.Interval.From, drawn.Interval.To, drawn.Point, drawn.Total));
        }
    }

    private static SamplerStep Add(PlainChain plain, int vocabulary, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                int k = random.Next(1, vocabulary + 2);
                if (k < plain.Ids.Count()) plain.TopK(k);
                return new TopK(k);
            case 1:
                double p = random.Next(3) == 0 ? 0.99999 : 0.02 + 0.97 * random.NextDouble();
                plain.TopP(p);
                return new TopP(p);
            case 2:
                double share = random.Next(3) == 0 ? 1e-9 : random.NextDouble();
                plain.MinP(share);
                return new MinP(share);
            case 3:
                double temperature = random.Next(4) == 0 ? 1 : 0.1 + 3 * random.NextDouble();
                plain.Divide(temperature);
                return new Temperature(temperature);
            case 4:
                int id = random.Next(vocabulary);
                bool leavesSome = plain.Ids.Any(other => other != id);
                if (leavesSome) plain.Ban(id);
                return new Banned(leavesSome ? [id] : []);
            default:
                Dictionary<int, double> biases = [];
                for (int i = random.Next(6); i > 0; i--) biases[random.Next(vocabulary)] = 8 * random.NextDouble() - 4;
                plain.Change((one, logit) => logit + biases.GetValueOrDefault(one));
                return new LogitBias(biases);
        }
    }

    /// <summary>A bell, flat or steep, with ties, equal maxima, tokens that stand out and tokens that the model forbids.</summary>
    private static float[] Row(int vocabulary, int round, Random random)
    {
        float[] row = Rows.Random(vocabulary, round, withTies: round % 2 == 0);
        float steepness = (round % 5) switch { 0 => 0.01f, 1 => 5, _ => 1 };
        for (int id = 0; id < row.Length; id++) row[id] *= steepness;
        for (int i = round % 4; i > 0; i--) row[random.Next(vocabulary)] = 9;
        if (round % 3 == 0)
        {
            for (int i = random.Next(vocabulary); i > 0; i--) row[random.Next(vocabulary)] = float.NegativeInfinity;
        }
        row[random.Next(vocabulary)] = round % 7 == 0 ? -0f : 1;
        return row;
    }
}
