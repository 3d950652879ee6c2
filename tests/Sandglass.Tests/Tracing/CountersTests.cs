using Sandglass.Tracing;

namespace Sandglass.Tests.Tracing;

public class CountersTests
{
    [Fact]
    public void Work_adds_up_by_its_kind()
    {
        Counters counters = new();
        counters.AddProjections(1);
        counters.AddProjections(9);
        counters.AddFeedForward(200);
        counters.AddAttention(3_000);
        counters.AddLogits(40_000_000_000);
        counters.AddLayerTokenPasses(5);
        counters.AddLayerTokenPasses(6);

        Assert.Equal(new MultiplyAdds(10, 200, 3_000, 40_000_000_000), counters.MultiplyAdds);
        Assert.Equal(40_000_003_210, counters.MultiplyAdds.Total);
        Assert.Equal(11, counters.LayerTokenPasses);
    }
}
