namespace Sandglass.Server.Tests;

/// <summary>Counts that many threads add to, and how they are written.</summary>
public class HistogramTests
{
    [Fact]
    public void A_value_on_a_bound_belongs_below_it_and_one_above_all_is_counted()
    {
        Histogram histogram = new([1, 2, 5]);
        foreach (double value in (double[])[0.5, 1, 1.5, 5, 7]) histogram.Observe(value);
        histogram.Observe(2, times: 3);

        long[] cumulative = new long[4];
        histogram.Read(cumulative);
        Assert.Equal([2, 6, 7, 8], cumulative);
        Assert.Equal(21, histogram.Sum);
    }

    [Fact]
    public void Many_threads_lose_nothing()
    {
        Histogram histogram = new([10]);
        Parallel.For(0, 8, _ => { for (int i = 0; i < 10_000; i++) histogram.Observe(1); });

        long[] cumulative = new long[2];
        histogram.Read(cumulative);
        Assert.Equal([80_000, 80_000], cumulative);
        Assert.Equal(80_000, histogram.Sum);
    }

    [Fact]
    public void Lengths_have_buckets_up_to_the_context() =>
        Assert.Equal([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], Histogram.OneTwoFive(1024));

    [Fact]
    public void A_page_can_be_read_again_whatever_a_label_holds()
    {
        PrometheusText text = new();
        Histogram histogram = new([0.001, 2.5]);
        histogram.Observe(1);
        text.Begin("some:metric", "histogram", "What it is.");
        text.Samples("some:metric", PrometheusText.Label("model_name", "a\"b\\c\nd"), histogram);
        text.Begin("other_total", "counter", "Another.");
        text.Sample("other_total", "", 1e20);

        PrometheusPage page = PrometheusPage.Parse(text.ToString());

        Assert.Equal(1, page.Value("some:metric_bucket", ("le", "2.5")));
        Assert.Equal(0, page.Value("some:metric_bucket", ("le", "0.001")));
        Assert.Equal("a\\\"b\\\\c\\nd", page.Samples[0].Labels["model_name"]);
        Assert.Equal(1e20, page.Value("other_total"));
    }
}
