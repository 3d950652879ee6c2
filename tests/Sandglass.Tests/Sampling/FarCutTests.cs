using System.Globalization;
using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>Cuts and draws anywhere on the line of a vocabulary so large that a sample tells where to look: each is what a sorted list gives.</summary>
public class FarCutTests
{
    private const int Vocabulary = 24_000;

    public static TheoryData<string> Shapes =>
    [
        "bell", "bell with ties", "flat", "over twenty nats", "equal but for a spike", "a spike", "half forbidden", "other where it is sampled", "wide", "large",
        "1200000", "2000000", "8388708", "10000000",
    ];

    [Theory, MemberData(nameof(Shapes))]
    public void Every_point_is_found_where_a_sorted_list_has_it(string shape)
    {
        float[] row = Row(shape, seed: 1);
        (int Id, ulong To)[] line = Line(row);
        ulong total = line[^1].To;
        var intervals = new Intervals(Steps.Run(row, []), new ulong[Intervals.Rungs]);
        Assert.Equal(total, intervals.Total);
        Random random = new(2);
        for (int i = 0; i < 300; i++)
        {
            ulong point = (i % 3) switch
            {
                0 => (ulong)random.NextInt64((long)total),
                1 => total - 1 - (ulong)(random.NextDouble() * total * Math.Pow(10, -random.Next(1, 9))),    // behind what is near
                _ => line[random.Next(line.Length)].To - (ulong)random.Next(2),                              // at a border
            };
            if (point >= total) continue;
            int at = Array.FindIndex(line, one => one.To > point);
            Interval found = intervals.At(point);
            Assert.Equal((line[at].Id, at == 0 ? 0 : line[at - 1].To, line[at].To), (found.Id, found.From, found.To));
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void A_top_p_near_one_keeps_what_a_sorted_list_keeps_and_draws_from_it(string shape)
    {
        float[] row = Row(shape, seed: 3);
        foreach (double p in (double[])[0.5, 0.99, 0.999, 0.99999, 0.99999999])
        {
            PlainChain plain = new(row);
            plain.TopP(p);
            Candidates left = Steps.Run(row, [], new TopP(p));
            Assert.Equal(plain.Ids, left.Ids.ToArray());
            for (int draw = 0; draw < 4; draw++)
            {
                Chance chance = new(Seed: 7, draw, Step: 0);
                Drawn drawn = Draw.Pick(left, chance);
                Assert.Equal(plain.Draw(chance.Bits()), (drawn.Interval.Id, drawn.Interval.From, drawn.Interval.To, drawn.Point, drawn.Total));
            }
        }
    }

    // what top_p knows of the sums must not outlive a change
    [Theory, InlineData("bell"), InlineData("over twenty nats")]
    public void Stages_after_it_weigh_what_they_left(string shape)
    {
        float[] row = Row(shape, seed: 5);
        int likeliest = Array.IndexOf(row, row.Max());
        foreach (int kind in (int[])[0, 1, 2, 3])
        {
            PlainChain plain = new(row);
            plain.TopP(0.999);
            SamplerStep after = kind switch
            {
                0 => new Temperature(0.8),
                1 => new MinP(1e-4),
                2 => new Banned([likeliest]),
                _ => new LogitBias(new Dictionary<int, double> { [likeliest] = -2.5 }),
            };
            if (kind == 0) plain.Divide(0.8);
            if (kind == 1) plain.MinP(1e-4);
            if (kind == 2) plain.Ban(likeliest);
            if (kind == 3) plain.Change((id, logit) => id == likeliest ? logit - 2.5 : logit);
            Candidates left = Steps.Run(row, [], new TopP(0.999), after, new TopP(0.9999));
            plain.TopP(0.9999);
            Assert.Equal(plain.Ids, left.Ids.ToArray());
            Assert.Equal(plain.Draw(ulong.MaxValue / 3), DrawAt(left, ulong.MaxValue / 3));
        }
    }

    private static (int, ulong, ulong, ulong, ulong) DrawAt(Candidates left, ulong bits)
    {
        var intervals = new Intervals(left, new ulong[Intervals.Rungs]);
        ulong point = Math.BigMul(bits, intervals.Total, out _);
        Interval found = intervals.At(point);
        return (found.Id, found.From, found.To, point, intervals.Total);
    }

    private static (int Id, ulong To)[] Line(float[] row)
    {
        float max = row.Max();
        ulong to = 0;
        return [.. row.Select((logit, id) => (logit, id)).OrderByDescending(one => one.logit).ThenBy(one => one.id)
            .Select(one => (one.id, to += Weights.Of(one.logit, max)))];
    }

    private static float[] Row(string shape, int seed)
    {
        Random random = new(seed);
        if (float.TryParse(shape, CultureInfo.InvariantCulture, out float top)) return WholeNumbers(top);
        float[] row = Rows.Random(Vocabulary, seed, withTies: shape == "bell with ties");
        for (int id = 0; id < row.Length; id++)
        {
            row[id] = shape switch
            {
                "flat" => 2 + 1e-3f * row[id],
                "over twenty nats" => (float)(20 * random.NextDouble()),
                "equal but for a spike" => -12,
                "a spike" => row[id] - 20,
                "half forbidden" => id % 2 == 0 ? float.NegativeInfinity : row[id],
                "other where it is sampled" => id % 1024 < 64 ? -14 : row[id],
                "wide" => 4 * row[id],
                "large" => 1e5f + row[id],
                _ => row[id],
            };
        }
        float peak = shape == "large" ? 1e5f + 9 : 9;
        if (shape == "equal but for a spike") row[777] = 0;
        else if (shape != "flat")
        {
            for (int i = 0; i < 12; i++) row[random.Next(row.Length)] = peak - 0.5f * i;
        }
        return row;
    }

    // so large that neighbours among F32 are further from each other than rungs; other where it is sampled
    private static float[] WholeNumbers(float top)
    {
        float[] row = [.. Enumerable.Range(0, Vocabulary).Select(id => top - (id % 1024 < 64 ? 11 : 13))];
        row[777] = top;
        return row;
    }
}
