using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

/// <summary>With and without the cache: the same tokens, and work that grows by the powers that theory gives.</summary>
public class CacheStudyTests(Grain grain) : IClassFixture<Grain>
{
    [Fact]
    public async Task The_cache_takes_one_power_of_the_length_from_all_work()
    {
        CacheStudyResult result = await CacheStudy.RunAsync(grain.Model, [0, 2878, 713], tokens: 64);

        Assert.True(result.TokensEqual);
        CacheGrowth with = result.Growth[0], without = result.Growth[1];
        Assert.Equal((true, false), (with.Cache, without.Cache));
        Assert.All([with.LayerTokenPasses, with.Projections, with.FeedForward, with.Logits, without.Logits], power => Assert.Equal(0, power, tolerance: 0.001));
        // exactly linear, so exactly 1
        Assert.All([with.Attention, without.LayerTokenPasses, without.Projections, without.FeedForward], power => Assert.Equal(1, power, tolerance: 1e-9));
        Assert.All(result.Growth, growth => Assert.InRange(growth.Time, growth.LeastTime, growth.MostTime));
        Assert.Equal(2, without.Attention, tolerance: 0.1);
        Assert.Equal(0, grain.Model.Pages.Held);
    }

    [Theory, InlineData(3), InlineData(75)]     // within a page, and over pages that one run could take from another
    public async Task Its_rows_are_the_runs_own_counts(int prompt)
    {
        CacheStudyResult result = await CacheStudy.RunAsync(grain.Model, Evidence.Ids(prompt, 4096), tokens: 20);

        long layers = grain.Model.Shape.Layers;
        Assert.Equal([2, 5, 7, 10, 12, 15, 17, 20], result.Rows.Take(8).Select(row => row.Tokens));
        Assert.All(result.Rows, row => Assert.Equal(prompt + row.Tokens, row.Length));
        Assert.All(result.Rows.Take(8), row => Assert.Equal(layers * (prompt + row.Tokens - 1), row.LayerTokenPasses));
        Assert.All(result.Rows.Take(8).Skip(1), row => Assert.Equal(layers, row.Window.LayerTokenPasses));
        Assert.All(result.Rows.Skip(8), row => Assert.Equal((layers * Enumerable.Range(prompt, row.Tokens).Sum(), 0L), (row.LayerTokenPasses, row.CacheBytes)));
    }
}
