using Sandglass.Generation;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

public class BatchStudyTests(Grain grain) : IClassFixture<Grain>
{
    [Fact]
    public async Task Each_batch_has_its_times()
    {
        BatchRow[] rows = await new BatchStudy(grain.Model, [0, 328], [1, 3], tokens: 20, repeat: 2).RunAsync().ToArrayAsync();

        Assert.Equal([(1, 20), (3, 20)], rows.Select(row => (row.Batch, row.Tokens)));
        Assert.All(rows, row => Assert.InRange(row.TokensPerSecond, row.TokensPerSecondLow, row.TokensPerSecondHigh));
        Assert.All(rows, row => Assert.True(row.TokensPerSecondLow > 0 && row.MsPerToken <= row.MsPerToken95 && row.FirstTokenMs > 0));
    }

    [Theory, InlineData(0, 1), InlineData(0.5, 2.5), InlineData(0.95, 3.85), InlineData(1, 4)]
    public void A_quantile_lies_between_values(double share, double expected) => Assert.Equal(expected, BatchStudy.Quantile([3, 1, 4, 2], share), 1e-12);

    [Fact]
    public void What_it_cannot_do_is_refused()
    {
        Assert.Equal("batches", Assert.Throws<GenerationException>(() => new BatchStudy(grain.Model, [1], [65])).Option);
        Assert.Equal("batches", Assert.Throws<GenerationException>(() => new BatchStudy(grain.Model, [1], [])).Option);
    }
}
