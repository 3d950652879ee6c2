using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class IntervalsTests
{
    [Theory]
    [InlineData(3, false), InlineData(500, false), InlineData(500, true), InlineData(3000, true)]
    public void Intervals_fill_the_line_in_likelihood_order_and_both_ends_find_them(int vocabulary, bool withTies)
    {
        float[] logits = Rows.Random(vocabulary, seed: vocabulary, withTies);
        logits[^1] = float.NegativeInfinity;
        Assert.Equal(Walk(logits), logits.Select((logit, id) => (logit, id)).OrderByDescending(c => c.logit).ThenBy(c => c.id).Take(Walk(logits).Count)
            .Select(c => c.id));
    }

    [Fact]
    public void A_row_of_equals_is_cut_evenly_from_the_lowest_id() => Assert.Equal(Enumerable.Range(0, 200), Walk(new float[200]));

    // 1/64 nat is half a rung: neighbours fall on both sides of every border
    [Fact]
    public void Neighbours_on_both_sides_of_a_rungs_border_keep_their_order() =>
        Assert.Equal(Enumerable.Range(0, 900), Walk([.. Enumerable.Range(0, 900).Select(id => 3 - id / 64f)]));

    private static List<int> Walk(float[] logits)
    {
        var intervals = new Intervals(Steps.Run(logits, []), new ulong[Intervals.Rungs]);
        var ids = new List<int>();
        for (ulong at = 0; at < intervals.Total;)
        {
            Interval first = intervals.At(at);
            Assert.Equal(at, first.From);
            Assert.Equal(first, intervals.At(first.To - 1));
            ids.Add(first.Id);
            at = first.To;
        }
        return ids;
    }
}
