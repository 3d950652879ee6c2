using System.Xml.Linq;

namespace Sandglass.Cli.Tests;

public class SvgPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_chart_has_its_lines_marks_words_and_both_themes()
    {
        PlotPanel lines = new("Temperature", "Shares", [new("a < b", [new(0, 0.5), new(1, double.NaN), new(2, 1)]), new("other", [new(0, 0, 0, 0.25)])])
        {
            FromZero = true,
        };
        PlotPanel bars = new("Remedy", "Texts", [new("", [new(0, 3), new(1, -1)])]) { Categories = ["one", "two"] };

        XElement picture = XDocument.Parse(SvgPlot.Text(new Plot("Title & more", "A caption.", [lines, bars]))).Root!;

        string[] texts = [.. picture.Descendants(Svg + "text").Select(text => text.Value)];
        Assert.Superset(
            ((string[])["Title & more", "A caption.", "Temperature", "Shares", "a < b", "other", "Remedy", "one", "two", "0.0", "1.0", "-1"]).ToHashSet(),
            texts.ToHashSet());
        XElement line = Assert.Single(picture.Descendants(Svg + "polyline"));       // one point makes none
        Assert.Equal(2, line.Attribute("points")!.Value.Split(' ').Length);         // and what is no number is left out
        Assert.Equal(3 + 2, picture.Descendants(Svg + "path").Count());             // points and legend
        Assert.Equal(2, picture.Descendants(Svg + "rect").Count(rect => rect.Attribute("class")!.Value == "f0"));
        Assert.Contains("prefers-color-scheme:dark", picture.Element(Svg + "style")!.Value, StringComparison.Ordinal);
        Assert.Single(picture.Descendants(Svg + "line"), range => range.Attribute("class")!.Value.StartsWith("range", StringComparison.Ordinal));
    }

    /// <summary>web/tests/lab.test.ts has the same texts: the page draws the same picture.</summary>
    [Fact]
    public void What_a_document_cannot_hold_is_drawn_as_a_sign_for_it()
    {
        const string Odd = "a\u0001b\t\u007F\uFFFE\uFFFF\uD800c\uDC00🙂&", Drawn = "a␁b\t\uFFFD\uFFFD\uFFFD\uFFFDc\uFFFD🙂&";
        PlotPanel panel = new(Odd, Odd, [new(Odd, [new(0, 1)])]) { Categories = [Odd] };

        XElement picture = XDocument.Parse(SvgPlot.Text(new Plot(Odd, Odd, [panel]))).Root!;

        Assert.Equal(8, picture.Descendants().Count(element => element.Value == Drawn));
    }

    [Theory]
    [InlineData(new[] { 1e18 })]
    [InlineData(new[] { -1e18, 1e18 })]
    [InlineData(new[] { 1e18, 1e18 + 256 })]
    [InlineData(new[] { 0, 5e-324 })]
    [InlineData(new[] { 0.3, 0.1 + 0.2 })]
    public void Values_far_out_or_close_together_have_a_place(double[] values)
    {
        PlotAxis axis = new(values, isWidened: true);

        Assert.InRange(axis.Ticks.Count, 2, 20);
        Assert.All(values, value => Assert.InRange(axis.Place(value), -1e-9, 1 + 1e-9));
    }

    [Theory]
    [InlineData(false, false, new[] { 0.3, 0.9 }, new[] { "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9" })]
    [InlineData(true, false, new[] { 0.3, 0.9 }, new[] { "0.0", "0.2", "0.4", "0.6", "0.8" })]
    [InlineData(true, false, new[] { -1.5, 0.0 }, new[] { "-1.4", "-1.2", "-1.0", "-0.8", "-0.6", "-0.4", "-0.2", "0.0" })]
    [InlineData(false, true, new[] { 1.0, 32.0 }, new[] { "1", "2", "4", "8", "16", "32" })]
    [InlineData(false, true, new[] { 0.0, 4.0 }, new[] { "0", "1", "2", "3", "4" })]        // 0 has no logarithm
    [InlineData(false, false, new[] { 7.0 }, new[] { "6.6", "6.8", "7.0", "7.2", "7.4" })]
    [InlineData(false, false, new[] { 20000.0, 100000.0 }, new[] { "20000", "40000", "60000", "80000", "100000" })]
    [InlineData(false, false, new double[0], new[] { "0.0", "0.2", "0.4", "0.6", "0.8", "1.0" })]
    public void Ticks_are_round_numbers(bool fromZero, bool isLogarithmic, double[] values, string[] labels)
    {
        PlotAxis axis = new(values, fromZero, isLogarithmic);

        Assert.Equal(labels, axis.Ticks.Select(axis.Label));
        Assert.All(axis.Ticks, tick => Assert.InRange(axis.Place(tick), -1e-9, 1 + 1e-9));
    }
}
