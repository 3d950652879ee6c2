using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class DrawTests
{
    [Fact]
    public void Weights_are_probabilities_in_units_of_the_likeliest_times_two_to_the_32()
    {
        Assert.Equal(1UL << 32, Weights.Of(5, 5));
        Assert.Equal(1UL << 31, Weights.Of(5 - 0.6931472f, 5), 200UL);
        Assert.Equal(0UL, Weights.Of(-18.5f, 5));
        Assert.Equal(1UL, Weights.Of(-17.5f, 5));            // e^-22.5 * 2^32 = 0.73
        Assert.Equal(0UL, Weights.Of(float.NegativeInfinity, 5));
    }

    // Token 1 is the likeliest, then 0 and 2 alike, so the intervals are 1: [0, 1/2), 0: [1/2, 3/4), 2: [3/4, 1).
    [Fact]
    public void Intervals_lie_from_the_likeliest_down_and_the_point_decides()
    {
        float[] logits = [0, MathF.Log(2), 0];
        var seen = new HashSet<int>();
        for (long position = 0; position < 100; position++)
        {
            var chance = new Chance(Seed: 4, position, Step: 0);
            Drawn drawn = Draw.Pick(Steps.Run(logits, []), chance);
            double point = chance.Bits() / Math.Pow(2, 64);

            Assert.Equal(point < 0.5 ? 1 : point < 0.75 ? 0 : 2, drawn.Interval.Id);
            Assert.InRange(drawn.Point, drawn.Interval.From, drawn.Interval.To - 1);
            Assert.Equal(point, drawn.Point / (double)drawn.Total, 1e-9);
            Assert.Equal(drawn.Interval.Id switch { 1 => 0, 0 => 0.5, _ => 0.75 }, drawn.Interval.From / (double)drawn.Total, 1e-9);
            seen.Add(drawn.Interval.Id);
        }
        Assert.Equal(3, seen.Count);
    }

}
