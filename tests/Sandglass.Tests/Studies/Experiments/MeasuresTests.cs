using Sandglass.Studies;

namespace Sandglass.Tests.Studies;

/// <summary>What experiments count, against values by hand or by others.</summary>
public class MeasuresTests
{
    [Theory]
    [InlineData(0, 10, 0, 0.2775328)]       // the four by statsmodels' proportion_confint(method="wilson")
    [InlineData(1, 10, 0.0178762, 0.4041500)]
    [InlineData(5, 10, 0.2365931, 0.7634069)]
    [InlineData(90, 100, 0.8256343, 0.9447709)]
    public void The_interval_is_wilsons(int hits, int trials, double low, double high)
    {
        WilsonInterval interval = WilsonInterval.Of(hits, trials);

        Assert.Equal(low, interval.Low, 1e-6);
        Assert.Equal(high, interval.High, 1e-6);
    }

    [Fact]
    public void Of_nothing_the_interval_is_all_there_is() => Assert.Equal(new WilsonInterval(0, 1), WilsonInterval.Of(0, 0));

    [Fact]
    public void Distinct_counts_different_runs_over_all_runs_of_all_texts()
    {
        int[][] texts = [[1, 2, 1, 2], [1, 2, 3]];

        Assert.Equal(3 / 7.0, Ngrams.Distinct(texts, 1));       // 1 2 3
        Assert.Equal(3 / 5.0, Ngrams.Distinct(texts, 2));       // 12 21 23 of 12 21 12 12 23
        Assert.Equal(3 / 3.0, Ngrams.Distinct(texts, 3));       // 121 212 123
        Assert.Equal(1, Ngrams.Distinct(texts, 4));
        Assert.Null(Ngrams.Distinct(texts, 5));
        Assert.Equal(1 - 2 / 3.0, Ngrams.Repeated(texts[0], 2)!.Value, 1e-12);
        Assert.Null(Ngrams.Repeated([1], 2));
    }

    [Theory]
    [InlineData("abcabcabcabc", 0, 3, 12)]
    [InlineData("xyabcabcabcabcz", 2, 3, 12)]
    [InlineData("haaaaaaaaaaaaa!", 1, 1, 13)]
    [InlineData("ababababababcdcdcdcdcdcd", 0, 2, 12)]                          // the first of two
    [InlineData("-abcdefabcdefabcdef", 1, 6, 18)]
    [InlineData("abcdefghijklmnopqrstuvwxyz1abcdefghijklmnopqrstuvwxyz1abcdefghijklmnopqrstuvwxyz1", 0, 27, 81)]
    public void A_loop_is_found_where_it_begins(string text, int from, int period, int length) =>
        Assert.Equal(new TextLoop(from, period, length), TextLoop.Find([.. text.Select(letter => (int)letter)]));

    [Theory]
    [InlineData("")]
    [InlineData("aaaaaaaaaaa")]             // eleven
    [InlineData("abcdefabcdef")]            // twice is a refrain
    [InlineData("abcabcabdabcabc")]
    [InlineData("abcdefghijklmnopqr")]
    public void Less_is_no_loop(string text) => Assert.Null(TextLoop.Find([.. text.Select(letter => (int)letter)]));

    [Fact]
    public void The_median_is_the_middle_one_or_between_two()
    {
        Assert.Equal(3, RepetitionStudy.Median([9, 1, 3]));
        Assert.Equal(2.5, RepetitionStudy.Median([4, 1, 9, 1]));
        Assert.Null(RepetitionStudy.Median([]));
    }
}
